// Ranks write rows of one AnnData file: equal bytes whoever writes what, and a file that survives being
// interrupted. test_embeddings.py lets anndata judge it.
#include "store/rows/embedding_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "embedding_support.hpp"
#include "mpi/agree.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct EmbeddingFile : testing::Test {
  screen::Screen screen = small_screen(2, 3, 2);
  CellTable cells = table_of(screen);
  EmbeddingLayout layout = small_layout();

  // Fields f with f % ranks == rank, those not done; stops after `limit` of them.
  void write_mine(EmbeddingWriter& writer, std::size_t limit = 1000) {
    for (FieldId f; f < screen.fields.size() && limit > 0; ++f) {
      if (static_cast<int>(f) % world().size() != world().rank() || writer.done(f)) continue;
      write_field(writer, cells, f, failed_field);
      --limit;
    }
  }
  std::string written(const std::filesystem::path& path) {
    EmbeddingWriter writer(world(), path, screen, cells, layout);
    write_mine(writer);
    writer.close();
    return read_file(path);
  }
  std::string written_alone(const std::filesystem::path& path) {
    const auto comm = mpi::Communicator::self();
    EmbeddingWriter writer(comm, path, screen, cells, layout);
    for (auto f = screen.fields.size(); f-- > 0;) write_field(writer, cells, FieldId(f), failed_field);
    writer.close();
    return read_file(path);
  }
};

TEST_F(EmbeddingFile, SameBytesForAnyRanks) {
  const auto folder = fresh_folder("embedding_bytes");
  for (const bool half : {false, true}) {
    layout.float16 = half;
    const std::string all = written(folder / "all.h5ad");
    const std::string alone = written_alone(folder / ("alone" + std::to_string(world().rank()) + ".h5ad"));
    EXPECT_TRUE(all == alone) << half;
    world().barrier();
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "all.h5ad.part"));
  EXPECT_FALSE(std::filesystem::exists(folder / "all.h5ad.part.new"));
}

TEST_F(EmbeddingFile, ReaderGivesWhatWasWritten) {
  const auto path = fresh_folder("embedding_read") / "x.h5ad";
  for (const bool half : {false, true}) {
    layout.float16 = half;
    written(path);
    const EmbeddingReader reader(path);
    EXPECT_EQ(reader.rows(), cells.cells());
    EXPECT_EQ(reader.feature_names(), layout.feature_names);
    EXPECT_EQ(reader.feature_layers(), layout.feature_layers);
    EXPECT_TRUE(std::ranges::equal(reader.first_row(), cells.first_cell));
    EXPECT_EQ(reader.provenance(), layout.provenance);
    EXPECT_EQ(reader.fields().columns, screen.metadata_columns);
    for (FieldId f; f < screen.fields.size(); ++f) {
      EXPECT_EQ(reader.fields().rows[f], screen.fields[f].metadata);
      EXPECT_EQ(reader.field_failed()[f] != 0, f == failed_field || cells.failed[f]);
      std::vector<float> rows(static_cast<std::size_t>(cells.cells_of(f)) * 3), x(rows.size() / 3);
      reader.read_rows(cells.first_cell[f], cells.cells_of(f), rows);
      reader.read_column("Nuclei_Location_Center_X", cells.first_cell[f], cells.cells_of(f), x);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto cell = static_cast<std::size_t>(cells.first_cell[f]) + i / 3;
        EXPECT_EQ(x[i / 3], cells.x[cell]);
        if (f == failed_field) {
          EXPECT_TRUE(std::isnan(rows[i]));
        } else {
          EXPECT_EQ(rows[i], feature_value(cell, i % 3));  // small halves are exact
        }
      }
    }
    world().barrier();
  }
}

TEST_F(EmbeddingFile, InterruptedRunIsContinued) {
  const auto folder = fresh_folder("embedding_continued");
  const std::string whole = written(folder / "whole.h5ad");
  const auto path = folder / "x.h5ad";
  {
    EmbeddingWriter writer(world(), path, screen, cells, layout);
    EXPECT_EQ(writer.fields_done_before(), 0u);
    write_mine(writer, 1);
    writer.checkpoint();
  }  // no close(): as after an error
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_THAT([&] { EmbeddingReader reader(path.string() + ".part"); },
              ThrowsMessage<Error>(HasSubstr("the file is unfinished")));
  world().barrier();
  {
    EmbeddingWriter writer(world(), path, screen, cells, layout);
    EXPECT_EQ(writer.fields_done_before(), static_cast<std::size_t>(world().size()));
    EXPECT_TRUE(writer.done(FieldId(1)));  // the first with cells
    write_mine(writer);
    writer.close();
  }
  EXPECT_TRUE(read_file(path) == whole);
}

TEST_F(EmbeddingFile, FieldThatFailedIsTriedAgain) {
  const auto folder = fresh_folder("embedding_retried");
  const std::size_t usual = failed_field;
  const auto comm = mpi::Communicator::self();
  const auto own = std::to_string(world().rank());
  const auto write_all = [&](const std::filesystem::path& path, std::size_t failing, bool finish) {
    EmbeddingWriter writer(comm, path, screen, cells, layout);
    for (FieldId f; f < screen.fields.size(); ++f) {
      if (!writer.done(f)) write_field(writer, cells, f, failing);
    }
    writer.checkpoint();
    if (finish) writer.close();
  };
  write_all(folder / ("clean" + own), 1000, true);
  write_all(folder / ("mended" + own), usual, false);
  write_all(folder / ("mended" + own), 1000, true);
  EXPECT_TRUE(read_file(folder / ("clean" + own)) == read_file(folder / ("mended" + own)));
}

TEST_F(EmbeddingFile, APartOfAnotherLayoutIsRefusedOrDroppedWhereAsked) {
  const auto folder = fresh_folder("embedding_replaced");
  const auto path = folder / "x.h5ad";
  const auto refusal = [&] {
    return message_of([&] { EmbeddingWriter writer(world(), path, screen, cells, layout); });
  };
  layout.provenance["options"] = {{"crop-size", "128"}};
  for (int change = 0; change < 4; ++change) {
    if (change > 0) {
      EXPECT_THAT(refusal(), AllOf(HasSubstr("x.h5ad.part"), HasSubstr("--overwrite"))) << change;
      layout.overwrite = true;
    }
    EmbeddingWriter writer(world(), path, screen, cells, layout);
    EXPECT_EQ(writer.fields_done_before(), 0u) << change;
    write_mine(writer, 1);
    writer.checkpoint();
    layout.overwrite = false;
    if (change == 0) layout.float16 = true;
    if (change == 1) layout.provenance["model"] = "another";
    if (change == 2) {
      auto moved = cells.x.all();
      moved[3] += 1;
      cells.x = moved;
    }
  }
  layout.provenance["options"]["crop-size"] = "48";
  EXPECT_THAT(refusal(), HasSubstr("--crop-size is 48, it was 128"));
  // Not readable at all.
  if (world().root()) write_file_atomically(path.string() + ".part", "torn");
  world().barrier();
  EXPECT_THAT(refusal(), HasSubstr("cannot be read"));
  layout.overwrite = true;
  EmbeddingWriter writer(world(), path, screen, cells, layout);
  EXPECT_EQ(writer.fields_done_before(), 0u);
}

TEST_F(EmbeddingFile, ErrorsAreAgreed) {
  const auto folder = fresh_folder("embedding_errors");
  const auto same_everywhere = [&](const std::string& message, const std::string& part) {
    const auto all = world().all_gather(message);
    for (const auto& other : all) EXPECT_EQ(other, all.front());
    EXPECT_THAT(message, HasSubstr(part));
  };
  same_everywhere(message_of([&] {
                    EmbeddingWriter writer(world(), folder / "x.h5ad", screen, cells, layout);
                    if (world().root()) write_field(writer, cells, FieldId(1), failed_field);
                    writer.close();
                  }),
                  "fields were not written");
  if (world().root()) write_file_atomically(folder / "file", "");
  world().barrier();
  same_everywhere(
      message_of([&] { EmbeddingWriter writer(world(), folder / "file" / "x.h5ad", screen, cells, layout); }),
      "folder cannot be made");
  layout.feature_layers.pop_back();
  same_everywhere(
      message_of([&] { EmbeddingWriter writer(world(), folder / "y.h5ad", screen, cells, layout); }),
      "every feature needs a name and a layer");
}

TEST_F(EmbeddingFile, NoCellsAtAll) {
  screen = small_screen(1, 1, 1);  // field 0 has no cells
  cells = table_of(screen);
  const auto path = fresh_folder("embedding_empty") / "x.h5ad";
  written(path);
  EXPECT_EQ(EmbeddingReader(path).rows(), 0);
}

}  // namespace
}  // namespace cytoscale::store
