// The whole screen on disk: the same bytes for any number of ranks, readable by the readers of the project.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/system/clock.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "image/io/read_image.hpp"
#include "screen/manifest.hpp"
#include "simulate/simulate_screen.hpp"
#include "small_settings.hpp"
#include "test_support.hpp"

namespace cytoscale::simulate {
namespace {

std::map<std::string, std::string> files_under(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[entry.path().lexically_relative(folder).string()] = read_file(entry.path());
  return files;
}

TEST(SimulateScreen, BytesDoNotDependOnTheNumberOfRanks) {
  const auto folder = fresh_folder("bytes");
  SteadyClock clock;
  auto settings = small_settings();
  settings.output = folder / "together";
  const auto summary = simulate_screen(settings, world(), clock);
  settings.output = folder / ("alone" + std::to_string(world().rank()));
  const auto alone = simulate_screen(settings, mpi::Communicator::self(), clock);
  EXPECT_EQ(summary.cells, alone.cells);
  EXPECT_EQ(summary.fields, 4 * (9 + 3));
  world().barrier();
  const auto ours = files_under(folder / "together"), expected = files_under(settings.output);
  EXPECT_EQ(ours.size(), 4u * (9 + 3) * 3 + 2);
  EXPECT_TRUE(ours == expected);
  EXPECT_TRUE(ours.contains("truth.csv"));
  EXPECT_TRUE(ours.contains("screen.csv"));
}

TEST(SimulateScreen, MoreRanksThanWellsWork) {
  auto settings = small_settings();
  settings.design.moas = 1;
  settings.design.single_group_moas = 0;
  settings.design.compounds_per_moa = 2;
  settings.design.concentrations = 1;
  settings.design.batches = settings.design.replicates = 1;
  settings.design.controls_per_plate = 1;
  settings.output = fresh_folder("few_wells");
  const auto summary = simulate_screen(settings, world(), SteadyClock());
  EXPECT_EQ(summary.wells, 3);
}

TEST(SimulateScreen, IsReadAsAScreenAndItsTruthMatchesIt) {
  auto settings = small_settings();
  settings.output = fresh_folder("read");
  const auto summary = simulate_screen(settings, world(), SteadyClock());
  screen::ManifestOptions options;
  options.manifest = settings.output / "screen.csv";
  const screen::Screen screen = screen::read_manifest(options);
  EXPECT_EQ(screen.channels, settings.imaging.channels);
  EXPECT_EQ(static_cast<std::int64_t>(screen.fields.size()), summary.fields);
  for (const auto& field : screen.fields)
    for (const auto& image : field.images) {
      const auto info = image::inspect_image(image);
      EXPECT_EQ(info.height, 128);
      EXPECT_EQ(info.type, image::PixelType::u16);
    }
  const Table truth = read_csv(settings.output / "truth.csv");
  EXPECT_EQ(static_cast<std::int64_t>(truth.rows.size()), summary.cells);
  // Cells stand in the screen's order.
  const auto plate = truth.column("Metadata_Plate"), well = truth.column("Metadata_Well");
  std::size_t field = 0;
  for (const auto& row : truth.rows) {
    while (field < screen.fields.size() &&
           (screen.fields[field].plate != row[plate] || screen.fields[field].well != row[well]))
      ++field;
    if (field == screen.fields.size()) break;
  }
  EXPECT_LT(field, screen.fields.size());
}

TEST(SimulateScreen, AFolderThatCannotBeMadeIsOneErrorOnEveryRank) {
  auto settings = small_settings();
  const auto folder = fresh_folder("blocked");
  settings.output = folder / "file" / "below";
  if (world().root()) write_file_atomically(folder / "file", "in the way");
  world().barrier();
  std::string message;
  try {
    simulate_screen(settings, world(), SteadyClock());
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_FALSE(message.empty());
}

}  // namespace
}  // namespace cytoscale::simulate
