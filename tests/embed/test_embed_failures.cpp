// Bad fields, failing encoders and killed runs: one message on all ranks, no hang, and the next run goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "embed_support.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::embed {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct EmbedFailures : testing::Test {
  void prepare(const std::string& name) {
    folder = fresh_folder(name);
    screen = prepare::screen_with_images(folder, 2, 4);
    cells = prepare::cells_for(screen);
    files = {folder / "e.h5ad", "", folder / "failures.csv"};
    options.pass.checkpoint_s = 0;
  }
  // The error's text, the same on every rank; "" without one.
  std::string embed(Encoder& encoder) {
    std::string message;
    try {
      result = embed_with(world(), screen, cells, encoder, options, files);
    } catch (const Error& error) {
      message = error.what();
    }
    const auto all = world().all_gather(message);
    for (const auto& other : all) EXPECT_EQ(other, all.front());
    return message;
  }
  std::string clean_bytes() {
    StatisticsEncoder encoder;
    prepare::FieldFiles clean = files;
    clean.output = folder / ("clean" + std::to_string(world().rank()));
    embed_with(mpi::Communicator::self(), screen, cells, encoder, options, clean);
    return read_file(clean.output);
  }
  void spoil(FieldId field) {
    if (world().root()) std::filesystem::resize_file(screen.fields[field].images[1].path, 60);
    world().barrier();
  }

  std::filesystem::path folder;
  screen::Screen screen;
  store::CellTable cells;
  prepare::FieldFiles files;
  EmbedOptions options;
  EmbedResult result;
};

TEST_F(EmbedFailures, FieldThatCannotBeReadBecomesNaN) {
  prepare("corrupt");
  spoil(FieldId(5));
  cells.height.own()[6] = 99;  // not the size the cells were found in
  options.pass.max_failed_fields = "2";
  StatisticsEncoder encoder;
  EXPECT_EQ(embed(encoder), "");
  EXPECT_EQ(result.failed_fields, 2u);
  const store::EmbeddingReader reader(files.output);
  for (FieldId f; f < screen.fields.size(); ++f) {
    std::vector<float> rows(static_cast<std::size_t>(cells.cells_of(f)) * 4);
    reader.read_rows(cells.first_cell[f], cells.cells_of(f), rows);
    for (const float value : rows) EXPECT_EQ(std::isnan(value), f == 5 || f == 6);
    EXPECT_EQ(reader.field_failed()[f] != 0, f == 5 || f == 6);
  }
  const Table failures = read_csv(files.failures);
  ASSERT_EQ(failures.rows.size(), 2u);
  EXPECT_THAT(failures.rows[0],
              testing::ElementsAre("P1", "A03", "2", screen.fields[5].images[1].path.string(), testing::_));
  EXPECT_THAT(failures.rows[1][4], HasSubstr("its cells were found in one of"));
  world().barrier();
}

TEST_F(EmbedFailures, TooManyFailuresStopTheRun) {
  prepare("too_many");
  for (const std::size_t field : {3u, 5u, 9u}) spoil(FieldId(field));
  StatisticsEncoder encoder;
  const std::string message = embed(encoder);
  EXPECT_THAT(message, HasSubstr("fields cannot be read, 1 are allowed"));
  EXPECT_THAT(message, HasSubstr("--max-failed-fields"));
  EXPECT_FALSE(std::filesystem::exists(files.output));
  EXPECT_TRUE(std::filesystem::exists(files.failures));
  EXPECT_FALSE(std::filesystem::exists(files.output.string() + ".stop"));
}

TEST_F(EmbedFailures, EncoderThatThrowsOnOneRank) {
  prepare("throwing");
  const std::string clean = clean_bytes();
  StatisticsEncoder failing;
  if (world().rank() == world().size() - 1) {
    failing.before_encoding = [calls = 0]() mutable {
      if (++calls == 3) throw Error("the device is lost", "encoder", "Try again");
    };
  }
  EXPECT_THAT(embed(failing), AllOf(HasSubstr("encoder: the device is lost"), HasSubstr("Try again")));
  EXPECT_FALSE(std::filesystem::exists(files.output));
  EXPECT_FALSE(std::filesystem::exists(files.output.string() + ".stop"));
  const auto before = world().sum(static_cast<std::int64_t>(failing.cells_encoded));
  EXPECT_GT(before, 0);
  StatisticsEncoder sound;
  EXPECT_EQ(embed(sound), "");
  EXPECT_GT(result.fields_done_before, 0u);
  EXPECT_LT(result.cells, cells.cells());
  EXPECT_TRUE(read_file(files.output) == clean);
}

TEST_F(EmbedFailures, OtherExceptionsAreAgreedToo) {
  prepare("unexpected");
  StatisticsEncoder failing;
  if (world().root()) {
    failing.before_encoding = [] { throw std::runtime_error("out of something"); };
  }
  EXPECT_THAT(embed(failing), HasSubstr("internal failure: out of something"));
}

TEST_F(EmbedFailures, KilledRunIsContinued) {
  prepare("killed");
  const std::string clean = clean_bytes();
  if (world().root()) {
    // Another process, without MPI, dies without warning in the middle of its work.
    const pid_t child = fork();
    if (child == 0) {
      StatisticsEncoder deadly;
      deadly.before_encoding = [calls = 0]() mutable {
        if (++calls == 20) ::kill(::getpid(), SIGKILL);
      };
      embed_with(mpi::Communicator::self(), screen, cells, deadly, options, files);
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(files.output));
  StatisticsEncoder encoder;
  EXPECT_EQ(embed(encoder), "");
  EXPECT_GT(result.fields_done_before, 2u);
  EXPECT_EQ(world().sum(static_cast<std::int64_t>(encoder.cells_encoded)), result.cells);
  EXPECT_LT(result.cells, cells.cells());
  EXPECT_TRUE(read_file(files.output) == clean);
}

TEST_F(EmbedFailures, WrongChannelsAndOptions) {
  prepare("refused");
  StatisticsEncoder three(3);
  EXPECT_THAT(embed(three), HasSubstr("the network takes 3 channels, the screen has 2"));
  StatisticsEncoder encoder;
  options.pass.max_failed_fields = "lots";
  EXPECT_THAT(embed(encoder), HasSubstr("--max-failed-fields"));
  options.pass.max_failed_fields = "1%";
  files.illumination = folder / "absent.h5";
  EXPECT_THAT(embed(encoder), HasSubstr("absent.h5: there is no such file"));
}

}  // namespace
}  // namespace cytoscale::embed
