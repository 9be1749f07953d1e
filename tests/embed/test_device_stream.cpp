// Crops cut on the device give the features of crops cut on the host, in a file that does not depend on
// ranks.
#include <gtest/gtest.h>

#include <cmath>

#include "core/system/files.hpp"
#include "embed_support.hpp"
#include "mpi/agree.hpp"
#include "network/torch/device_lane_torch.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::embed {
namespace {

using network::PixelPlace;

EncoderOptions options_for(PixelPlace pixels, const std::string& normalization) {
  EncoderOptions options;
  options.kind = EncoderKind::torch;
  options.device = test_device();
  options.channels = 2;
  options.crop_size = 32;
  options.layers = {"conv1", "pool5"};
  options.crop_normalization = parse_enum<image::CropNormalization>(normalization);
  options.pixels = pixels;
  return options;
}

struct DeviceStream : testing::Test {
  void prepare(const std::string& name) {
    folder = fresh_folder(name);
    screen = prepare::screen_with_images(folder, 2, 3);
    cells = prepare::cells_for(screen);
    mpi::on_root(world(), [&] {
      store::IlluminationWriter writer(folder / "i.h5", screen, {});
      for (const auto& plate : screen::plates_of(screen)) {
        image::Illumination gain{2, prepare::field_px, prepare::field_px, {}};
        for (int i = 0; i < 2 * prepare::field_px * prepare::field_px; ++i)
          gain.gain.push_back(1 + 0.01F * static_cast<float>(i % 50) + (plate.plate == "P1" ? 0 : 1));
        writer.add(plate.plate, gain);
      }
      writer.commit();
    });
  }
  std::filesystem::path embed(const mpi::Communicator& comm, PixelPlace pixels,
                              const std::string& normalization, const std::string& name) {
    const auto encoder = make_encoder(options_for(pixels, normalization));
    EmbedOptions options;
    options.pass.threads = 2;
    options.pass.max_failed_fields = "1";
    embed_with(comm, screen, cells, *encoder, options,
               {folder / name, folder / "i.h5", folder / "failures.csv"});
    width = encoder->feature_names().size();
    tile = encoder->tile();
    return folder / name;
  }
  std::vector<float> rows_of(const std::filesystem::path& file) const {
    std::vector<float> rows(static_cast<std::size_t>(cells.cells()) * width);
    store::EmbeddingReader(file).read_rows(0, cells.cells(), rows);
    return rows;
  }

  std::filesystem::path folder;
  screen::Screen screen;
  store::CellTable cells;
  std::size_t width = 0, tile = 0;
};

TEST_F(DeviceStream, FeaturesAreThoseOfCropsFromTheHost) {
  for (const std::string normalization : {"maximum", "zscore"}) {
    prepare("device_" + normalization);
    const auto host = rows_of(embed(world(), PixelPlace::host, normalization, "host.h5ad")),
               device = rows_of(embed(world(), PixelPlace::device, normalization, "device.h5ad"));
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < host.size(); ++i) {
      largest = std::max(largest, std::abs(double(host[i])));
      difference = std::max(difference, std::abs(double(host[i]) - device[i]));
    }
    EXPECT_GT(largest, 0);
    EXPECT_LT(difference, 1e-5 * largest) << normalization;
  }
}

TEST_F(DeviceStream, SameBytesForAnyRanksAndBesideAFieldThatIsNotThere) {
  prepare("device_bytes");
  const auto own = "alone" + std::to_string(world().rank());
  const auto alone = embed(mpi::Communicator::self(), PixelPlace::device, "maximum", own);
  const auto all = embed(world(), PixelPlace::device, "maximum", "all.h5ad");
  EXPECT_TRUE(read_file(all) == read_file(alone));
  world().barrier();
  if (world().root()) std::filesystem::remove(screen.fields[5].images[1].path);
  world().barrier();
  const auto before = rows_of(all),
             without = rows_of(embed(world(), PixelPlace::device, "maximum", "w.h5ad"));
  const auto from = static_cast<std::size_t>(cells.first_cell[5]) * width,
             to = static_cast<std::size_t>(cells.first_cell[6]) * width;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (i >= from && i < to)
      EXPECT_TRUE(std::isnan(without[i]));
    else
      ASSERT_EQ(without[i], before[i]) << i;
  }
}

// Two copies to the device for a field and one for a plate, one back for a tile; the host waits for what is
// still on its way at the end alone.
TEST_F(DeviceStream, TheHostWaitsAtTheEndAlone) {
  if (world().size() > 1) GTEST_SKIP() << "counts are those of one rank";
  prepare("device_counts");
  const auto& counts = network::DeviceLane::counts();
  const auto uploads = counts.uploads.load(), downloads = counts.downloads.load(),
             waits = counts.waits.load(), repeats = counts.repeats.load();
  embed(world(), PixelPlace::device, "maximum", "e.h5ad");
  std::int64_t fields = 0, tiles = 0;
  for (FieldId f; f < cells.fields(); ++f) fields += cells.cells_of(f) > 0;
  const auto groups = groups_for_tiles(screen, cells, tile);
  const TilePlaces places(cells, groups, tile);
  std::set<std::size_t> numbers;
  for (FieldId f; f < cells.fields(); ++f)
    for (const auto& part : places.parts_of(f)) numbers.insert(part.tile);
  tiles = static_cast<std::int64_t>(numbers.size());
  EXPECT_EQ(counts.uploads - uploads, 2 * fields + 2);
  EXPECT_EQ(counts.downloads - downloads, tiles);
  EXPECT_EQ(counts.repeats - repeats, tiles);
  if (test_device() != network::Device::cpu) return;  // its larger tiles are but one or two
  EXPECT_GT(tiles, 4);
  EXPECT_LT(counts.waits - waits, tiles);
}

}  // namespace
}  // namespace cytoscale::embed
