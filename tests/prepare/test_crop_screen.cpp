// The store holds the fields' pixels; the file does not depend on ranks, threads or interruptions.
#include "prepare/crop_screen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "image/crop/crop.hpp"
#include "image/field_image.hpp"
#include "prepare/formula_screen.hpp"

namespace cytoscale::prepare {
namespace {

using testing::HasSubstr;

// Passes a second at each look, and can be deadly.
class CountingClock final : public Clock {
 public:
  double now_s() const override {
    if (++looks_ == deadly_look) ::kill(::getpid(), SIGKILL);
    return looks_;
  }
  int deadly_look = -1;

 private:
  mutable int looks_ = 0;
};

struct CropScreen : testing::Test {
  void prepare(const std::string& name) {
    folder = fresh_folder(name);
    screen = screen_with_images(folder, 2, 3);
    cells = cells_for(screen);
    files = {folder / "crops.h5", "", folder / "failures.csv"};
    options.window_px = 20;
    options.pass.checkpoint_s = 0;
  }
  FieldPassResult crop(const mpi::Communicator& comm) {
    Log log(comm.rank(), comm.size(), true);
    return crop_screen({comm, log, clock}, screen, cells, options, files, {{"job", "crop"}});
  }
  std::string bytes_alone() {
    const auto output = files.output;
    files.output = folder / ("alone" + std::to_string(world().rank()));
    crop(mpi::Communicator::self());
    const auto bytes = read_file(files.output);
    files.output = output;
    return bytes;
  }
  // Pixel values of a cell: [C][S][S].
  static std::vector<float> values(const store::CropStore& store, std::int64_t cell,
                                   std::vector<float>* steps) {
    std::vector<std::byte> codes(store.window_bytes());
    std::vector<float> scaling(2 * store.channels()), out;
    store.read(CellId(cell), codes, scaling);
    const auto area = static_cast<std::size_t>(store.window_px() * store.window_px());
    for (std::size_t i = 0; i < area * store.channels(); ++i) {
      const auto code = store.bits() == 8
                            ? static_cast<float>(reinterpret_cast<std::uint8_t*>(codes.data())[i])
                            : static_cast<float>(reinterpret_cast<std::uint16_t*>(codes.data())[i]);
      out.push_back(scaling[i / area * 2] + scaling[i / area * 2 + 1] * code);
      if (steps) steps->push_back(scaling[i / area * 2 + 1]);
    }
    return out;
  }

  std::filesystem::path folder;
  screen::Screen screen;
  store::CellTable cells;
  FieldFiles files;
  CropScreenOptions options;
  CountingClock clock;
};

// Against extract_crop(), for cells in the middle, at the edges and in the corners.
TEST_F(CropScreen, HoldsTheWindowsOfTheFields) {
  prepare("windows");
  for (const int bits : {16, 8}) {
    options.bits = bits;
    crop(world());
    const store::CropStore store(files.output);
    store.check_matches(screen, cells);
    EXPECT_EQ(store.cells(), cells.cells());
    EXPECT_EQ(store.bits(), bits);
    EXPECT_EQ(store.window_px(), 20);
    for (FieldId f; f < screen.fields.size(); ++f) {
      const auto image = image::read_field(screen.fields[f].images);
      for (auto cell = cells.first_cell[f]; cell < cells.first_cell[f + 1]; ++cell) {
        std::vector<float> expected(2 * 20 * 20), steps;
        image::extract_crop(image, cells.y[static_cast<std::size_t>(cell)],
                            cells.x[static_cast<std::size_t>(cell)], 20, expected);
        const auto found = values(store, cell, &steps);
        for (std::size_t i = 0; i < found.size(); ++i) {
          ASSERT_NEAR(found[i], expected[i], 0.51f * steps[i] + 0.05f) << f << ' ' << cell << ' ' << i;
        }
      }
    }
    world().barrier();
  }
}

// Pixel by pixel: those of other cells are 0, all others the field's.
TEST_F(CropScreen, NeighborsAreBlankedOut) {
  prepare("neighbors");
  cells = cells_in_masks(screen, folder);
  options.neighbors = image::CropNeighbors::blank;
  options.masks = masks_in(folder);
  for (const int bits : {16, 8}) {
    options.bits = bits;
    const auto alone = bytes_alone();
    crop(world());
    EXPECT_TRUE(read_file(files.output) == alone);
    const store::CropStore store(files.output);
    std::size_t blanked = 0;
    for (FieldId f; f < screen.fields.size(); ++f)
      for (auto cell = cells.first_cell[f]; cell < cells.first_cell[f + 1]; ++cell) {
        std::vector<float> steps;
        const auto found = values(store, cell, &steps);
        const int cy = static_cast<int>(cells.y[static_cast<std::size_t>(cell)]),
                  cx = static_cast<int>(cells.x[static_cast<std::size_t>(cell)]);
        for (int i = 0; i < 2 * 20 * 20; ++i) {
          const int y = cy - 10 + i / 20 % 20, x = cx - 10 + i % 20;
          const bool inside = y >= 0 && x >= 0 && y < field_px && x < field_px;
          const bool other = inside && mask_at(y, x) != 0 && mask_at(y, x) != mask_at(cy, cx);
          blanked += other;
          const float expected =
              inside && !other ? pixel_of(f, static_cast<std::size_t>(i / 400), y, x) : 0.0f;
          const auto at = static_cast<std::size_t>(i);
          ASSERT_NEAR(found[at], expected, 0.51f * steps[at] + 0.05f) << f << ' ' << cell << ' ' << i;
        }
      }
    EXPECT_GT(blanked, 10000u);
    world().barrier();
  }
}

TEST_F(CropScreen, MasksMustTellTheCells) {
  prepare("masks_wrong");
  cells = cells_in_masks(screen, folder);
  options.neighbors = image::CropNeighbors::blank;
  EXPECT_THAT(message_of([&] { crop(world()); }), AllOf(HasSubstr("--crop-neighbors"), HasSubstr("--masks")));
  options.masks = masks_in(folder);
  options.pass.max_failed_fields = "2";
  mpi::on_root(world(), [&] {
    std::filesystem::remove(screen.fill(options.masks, FieldId(3)));
    const std::vector<std::uint16_t> one(field_px * field_px, 1), small(9, 1);
    image::write_tiff(screen.fill(options.masks, FieldId(4)), field_px, field_px, one);
  });
  EXPECT_EQ(crop(world()).failures.size(), 2u);
  const Table failures = read_csv(files.failures);
  ASSERT_EQ(failures.rows.size(), 2u);
  EXPECT_THAT(failures.rows[0].back(), HasSubstr("does not exist"));
  EXPECT_THAT(failures.rows[1].back(), HasSubstr("no cell whose center is at y 6, x 6"));
}

TEST_F(CropScreen, SameBytesForAnyRanksThreadsAndMemory) {
  prepare("bytes");
  for (const int bits : {16, 8}) {
    options.bits = bits;
    const auto alone = bytes_alone();
    options.pass.threads = 3;
    options.pass.queue_memory_mib = 1;
    crop(world());
    EXPECT_TRUE(read_file(files.output) == alone);
    world().barrier();
  }
  EXPECT_FALSE(std::filesystem::exists(files.output.string() + ".part"));
}

TEST_F(CropScreen, KilledRunIsContinued) {
  prepare("killed");
  const auto clean = bytes_alone();
  if (world().root()) {
    const pid_t child = fork();  // another process, without MPI, dies without warning
    if (child == 0) {
      clock = CountingClock();
      clock.deadly_look = 12;
      crop(mpi::Communicator::self());
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_TRUE(WIFSIGNALED(status));
  }
  world().barrier();
  EXPECT_FALSE(std::filesystem::exists(files.output));
  EXPECT_THAT(message_of([&] { store::CropStore store(files.output.string() + ".part"); }),
              HasSubstr("unfinished"));
  world().barrier();
  const auto result = crop(world());
  EXPECT_GT(result.fields_done_before, 0u);
  EXPECT_LT(result.fields_done_before, screen.fields.size());
  EXPECT_TRUE(read_file(files.output) == clean);
  // Another window is another file: nothing of the old one is continued.
  options.window_px = 22;
  EXPECT_EQ(crop(world()).fields_done_before, 0u);
}

TEST_F(CropScreen, FieldThatCannotBeReadIsMarked) {
  prepare("failed");
  if (world().root()) std::filesystem::resize_file(screen.fields[5].images[1].path, 60);
  world().barrier();
  options.pass.max_failed_fields = "1";
  EXPECT_EQ(crop(world()).failures.size(), 1u);
  const store::CropStore store(files.output);
  for (FieldId f; f < screen.fields.size(); ++f) EXPECT_EQ(store.field_failed(f), f == 5);
  const Table failures = read_csv(files.failures);
  ASSERT_EQ(failures.rows.size(), 1u);
  EXPECT_EQ(failures.rows[0][3], screen.fields[5].images[1].path.string());
  EXPECT_TRUE(std::isnan(values(store, cells.first_cell[5], nullptr)[0]));
  EXPECT_FALSE(std::isnan(values(store, cells.first_cell[6], nullptr)[0]));
  world().barrier();
  if (world().root()) std::filesystem::remove(files.output);
  options.pass.max_failed_fields = "0";
  const auto message = message_of([&] { crop(world()); });
  EXPECT_THAT(message, HasSubstr("--max-failed-fields"));
  EXPECT_FALSE(std::filesystem::exists(files.output));
}

TEST_F(CropScreen, RefusesWhatIsNotItsStore) {
  prepare("refused");
  crop(world());
  const store::CropStore store(files.output);
  auto moved = cells;
  auto ys = moved.y.all();
  ys[3] += 1;
  moved.y = ys;
  EXPECT_THAT(message_of([&] { store.check_matches(screen, moved); }),
              AllOf(HasSubstr("another cell table"), HasSubstr("Run crop again")));
  auto other = screen;
  const std::size_t first[] = {0};
  other.fields.pick(first);
  EXPECT_THAT(message_of([&] { store.check_matches(other, cells); }), HasSubstr("another screen"));
  std::vector<std::byte> codes(store.window_bytes());
  std::vector<float> scaling(2 * store.channels());
  EXPECT_THAT(message_of([&] { store.read(CellId(cells.cells()), codes, scaling); }), HasSubstr("crops.h5"));
  world().barrier();
  // Cut while it is in use: the reader that is open says so, and a new one refuses it.
  if (world().root()) std::filesystem::resize_file(files.output, 6000);
  world().barrier();
  EXPECT_THAT(message_of([&] { store.read(CellId(cells.cells() - 1), codes, scaling); }),
              AllOf(HasSubstr("crops.h5"), HasSubstr("ended before its time")));
  EXPECT_THAT(message_of([&] { store::CropStore cut(files.output); }), HasSubstr("crops.h5"));
  EXPECT_THAT(message_of([&] { store::CropStore absent(folder / "absent.h5"); }), HasSubstr("absent.h5"));
  options.bits = 12;
  EXPECT_THAT(message_of([&] { crop(world()); }), HasSubstr("--crop-bits"));
  options = {};
  EXPECT_THAT(message_of([&] { crop(world()); }), HasSubstr("--store-size"));
}

}  // namespace
}  // namespace cytoscale::prepare
