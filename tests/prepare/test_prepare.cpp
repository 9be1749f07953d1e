// Illumination and segmentation of a small painted screen: the same bytes for any rank count, bad fields set
// apart.
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "image/io/tiff.hpp"
#include "prepare/illuminate_screen.hpp"
#include "prepare/segment_screen.hpp"
#include "store/cell_table.hpp"
#include "store/illumination_file.hpp"
#include "test_support.hpp"

namespace cytoscale::prepare {
namespace {
namespace fs = std::filesystem;

constexpr int side = 128, nuclei_per_field = 9;

// Nine discs on a grid over a background that is brighter toward the right.
std::vector<std::uint16_t> painted(std::uint64_t field, double shade) {
  Random random(11, {field});
  std::vector<std::uint16_t> pixels(side * side);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int cy = y / 42 * 42 + 21, cx = x / 42 * 42 + 21;
      const double distance = std::hypot(y - cy, x - cx);
      const double light = 1 + shade * x / side;
      const double value = (y < 126 && x < 126 && distance < 8 ? 3000 : 200) * light + random.normal(0, 10);
      pixels[static_cast<std::size_t>(y * side + x)] = static_cast<std::uint16_t>(std::max(0.0, value));
    }
  }
  return pixels;
}

// Two plates of six fields, two channels. Collective: yes.
screen::Screen painted_screen(const fs::path& folder) {
  screen::Screen screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (std::uint64_t f = 0; f < 12; ++f) {
    const std::string plate = f < 6 ? "P1" : "P2", well = "A0" + std::to_string(f % 6 / 2 + 1),
                      site = std::to_string(f % 2);
    screen::Field field{plate, well, site, {plate, well, site}, {}};
    for (const char* channel : {"d", "a"})
      field.images.push_back({folder / (channel + std::to_string(f) + ".tif"), 0});
    if (world().root()) {
      image::write_tiff(field.images[0].path, side, side, painted(f, 1.0));
      image::write_tiff(field.images[1].path, side, side, painted(f + 100, 0.5));
    }
    screen.fields.push_back(field);
  }
  screen::order_fields(screen);
  world().barrier();
  return screen;
}

struct Run {
  SegmentSummary summary;
  std::string cells, failures, illumination;
};

Run run_all(const mpi::Communicator& comm, const screen::Screen& screen, const fs::path& out,
            const std::string& limit = "1%") {
  Log log(1, 1, true);  // rank 1: info() says nothing
  SteadyClock clock;
  const mpi::RunContext context{comm, log, clock};
  FieldPassOptions pass;
  pass.threads = 2;
  pass.max_failed_fields = limit;
  const auto illumination = out / "illumination.h5", failures = out / "failures.csv";
  IlluminateScreenOptions light;
  light.pass = pass;
  illuminate_screen(context, screen, light, {illumination, {}, failures}, {{"job", "illuminate"}});
  SegmentScreenOptions options;
  options.pass = pass;
  const auto summary = segment_screen(context, screen, options, {out / "cells.h5", illumination, failures},
                                      {{"job", "segment"}});
  comm.barrier();
  return {summary, read_file(out / "cells.h5"), read_file(out / "failures.csv"),
          read_file(out / "illumination.h5")};
}

TEST(Prepare, FindsThePaintedNucleiAndWritesTheSameBytesOnAnyRankCount) {
  const auto screen = painted_screen(fresh_folder("images"));
  const auto together = fresh_folder("together"), alone = fresh_folder("alone");
  const auto run = run_all(world(), screen, together);
  EXPECT_EQ(run.summary.cells, 12 * nuclei_per_field);
  EXPECT_EQ(run.summary.failed_fields, 0u);
  const auto table = store::read_cell_table(together / "cells.h5");
  EXPECT_NEAR(table.y[0], 21, 0.5);
  EXPECT_NEAR(table.x[0], 21, 0.5);
  if (world().root()) {
    const auto single = run_all(mpi::Communicator::self(), screen, alone);
    EXPECT_TRUE(run.cells == single.cells);
    EXPECT_TRUE(run.illumination == single.illumination);
    EXPECT_EQ(run.failures, single.failures);
  }
  world().barrier();
}

TEST(Prepare, PlatesAreIlluminatedTogetherAsAlone) {
  const auto screen = painted_screen(fresh_folder("images"));
  const auto out = fresh_folder("grouped");
  Log log(1, 1, true);
  SteadyClock clock;
  std::vector<std::string> written;
  for (const int fields : {1, 32}) {
    IlluminateScreenOptions light;
    light.fields_per_thread = fields;
    const auto path = out / (std::to_string(fields) + ".h5");
    illuminate_screen({world(), log, clock}, screen, light, {path, {}, {}}, {{"job", "illuminate"}});
    world().barrier();
    written.push_back(read_file(path));
  }
  EXPECT_TRUE(written[0] == written[1]);
}

TEST(Prepare, IlluminationRecoversTheShade) {
  const auto screen = painted_screen(fresh_folder("images"));
  const auto out = fresh_folder("shade");
  run_all(world(), screen, out);
  const auto gain = store::IlluminationReader(out / "illumination.h5").read("P1");
  const auto at = [&](int x) { return gain.gain[static_cast<std::size_t>(64 * side + x)]; };
  EXPECT_NEAR(at(110) / at(20), (1 + 110.0 / side) / (1 + 20.0 / side), 0.15);
}

TEST(Prepare, BadFieldsAreListedAndTheRestGoesOn) {
  const auto images = fresh_folder("images");
  const auto screen = painted_screen(images);
  if (world().root()) {
    fs::remove(screen.fields[3].images[0].path);                           // missing
    fs::resize_file(screen.fields[5].images[1].path, 500);                 // truncated
    std::ofstream(screen.fields[7].images[0].path) << "this is no image";  // corrupt
    image::write_tiff(screen.fields[9].images[0].path, 64, 64,
                      std::vector<std::uint16_t>(64 * 64, 7));  // wrong size
    image::write_tiff(screen.fields[9].images[1].path, 64, 64, std::vector<std::uint16_t>(64 * 64, 7));
  }
  world().barrier();
  const auto out = fresh_folder("bad");
  const auto run = run_all(world(), screen, out, "4");
  EXPECT_EQ(run.summary.failed_fields, 4u);
  EXPECT_EQ(run.summary.cells, 8 * nuclei_per_field);
  const auto failures = read_csv(out / "failures.csv");  // of both jobs, once
  ASSERT_EQ(failures.rows.size(), 4u);
  EXPECT_EQ(failures.rows[0][1], screen.fields[3].well);
  EXPECT_EQ(failures.rows[1][3], screen.fields[5].images[1].path.string());
  EXPECT_NE(failures.rows[3][4].find("64 × 64"), std::string::npos);
  for (const char* job : {"illuminate", "segment"})
    EXPECT_EQ(read_csv(out / "failures" / (std::string(job) + ".csv")).rows, failures.rows) << job;
  const auto table = store::read_cell_table(out / "cells.h5");
  EXPECT_TRUE(table.failed[3] && table.failed[9] && !table.failed[0]);
  std::string message;
  try {
    run_all(world(), screen, out, "3");
  } catch (const Error& error) {
    message = error.what();
  }
  EXPECT_NE(message.find("4 fields cannot be read, 3 are allowed"), std::string::npos);
  EXPECT_GE(read_csv(out / "failures.csv").rows.size(), 4u);  // written all the same
}

TEST(Prepare, ImportsLocations) {
  const auto images = fresh_folder("images");
  const auto screen = painted_screen(images);
  const auto places = fresh_folder("locations");
  if (world().root()) {
    for (const auto& field : screen.fields) {
      write_csv(
          places / field.plate / (field.well + "-" + field.site + "-Nuclei.csv"),
          Table{{"Nuclei_Location_Center_X", "Nuclei_Location_Center_Y"}, {{"30.5", "40"}, {"10", "20"}}});
    }
  }
  world().barrier();
  SegmentScreenOptions options;
  options.locations = (places / "{Plate}/{Well}-{Site}-Nuclei.csv").string();
  Log log(1, 1, true);
  SteadyClock clock;
  const auto out = fresh_folder("imported");
  const auto summary =
      segment_screen({world(), log, clock}, screen, options, {out / "cells.h5", {}, out / "f.csv"}, {});
  EXPECT_EQ(summary.cells, 24);
  const auto table = store::read_cell_table(out / "cells.h5");
  EXPECT_EQ(table.y[0], 20);
  EXPECT_EQ(table.x[1], 30.5);
  world().barrier();
}

}  // namespace
}  // namespace cytoscale::prepare
