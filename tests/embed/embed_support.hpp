// A small screen with real TIFF files, its cells, and an encoder that needs no network: statistics of each
// crop.
#pragma once
#include <cmath>
#include <functional>
#include <vector>

#include "embed/embed_screen.hpp"
#include "image/tiff.hpp"
#include "mpi/agree.hpp"
#include "test_support.hpp"

namespace cytoscale {

inline constexpr int field_px = 48, test_crop_px = 16;

inline std::uint16_t pixel_of(std::size_t field, std::size_t channel, int y, int x) {
  const auto value = 100 * (channel + 1) + 37 * field + static_cast<std::size_t>(y * 7 + x * 13 + y * x);
  return static_cast<std::uint16_t>(value % 4096);
}

// Plates × wells × 2 sites; every rank gets the screen, root writes the images. Collective: yes.
inline Screen screen_with_images(const std::filesystem::path& folder, std::size_t plates, std::size_t wells) {
  Screen screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Compound"};
  for (std::size_t i = 0; i < plates * wells * 2; ++i) {
    Field field{"P" + std::to_string(i / (wells * 2) + 1),
                "A0" + std::to_string(i / 2 % wells + 1),
                std::to_string(i % 2 + 1),
                {},
                {}};
    field.metadata = {field.plate, field.well, field.site, i / 2 % wells == 0 ? "DMSO" : "taxol"};
    for (const auto& channel : screen.channels)
      field.images.push_back({folder / (std::to_string(i) + channel + ".tif"), 0});
    screen.fields.push_back(field);
  }
  on_root(world(), [&] {
    for (std::size_t f = 0; f < screen.fields.size(); ++f) {
      for (std::size_t c = 0; c < 2; ++c) {
        std::vector<std::uint16_t> pixels;
        for (int i = 0; i < field_px * field_px; ++i)
          pixels.push_back(pixel_of(f, c, i / field_px, i % field_px));
        write_tiff(screen.fields[f].images[c].path, field_px, field_px, pixels);
      }
    }
  });
  return screen;
}

// Field f has 3 + (5 f mod 9) cells; field 2 has none.
inline CellTable cells_for(const Screen& screen) {
  CellTable cells;
  cells.channels = screen.channels;
  cells.first_cell = {0};
  for (std::size_t f = 0; f < screen.fields.size(); ++f) {
    const std::size_t count = f == 2 ? 0 : 3 + 5 * f % 9;
    for (std::size_t i = 0; i < count; ++i) {
      cells.y.push_back(static_cast<float>(4 * i) + 0.5f);
      cells.x.push_back(static_cast<float>(11 * i % field_px));
      cells.area_px.push_back(50);
      cells.mean_intensity.push_back(100);
      cells.eccentricity.push_back(0.5);
      cells.border.push_back(0);
    }
    cells.first_cell.push_back(cells.first_cell.back() + static_cast<std::int64_t>(count));
    cells.failed.push_back(0);
    cells.height.push_back(field_px);
    cells.width.push_back(field_px);
  }
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

// Mean and standard deviation of each channel of a crop.
class StatisticsEncoder : public Encoder {
 public:
  explicit StatisticsEncoder(int channels = 2) : channels_(channels) {}
  int channels() const override { return channels_; }
  int crop_px() const override { return test_crop_px; }
  CropNormalisation normalisation() const override { return CropNormalisation::none; }
  std::vector<std::string> feature_names() const override {
    std::vector<std::string> names;
    for (int i = 0; i < 2 * channels_; ++i) names.push_back("statistics_" + std::to_string(i));
    return names;
  }
  std::vector<std::string> feature_layers() const override {
    std::vector<std::string> layers;
    for (int c = 0; c < channels_; ++c) layers.insert(layers.end(), {"mean", "sd"});
    return layers;
  }
  std::string description() const override { return "mean and standard deviation of each channel"; }
  void encode(std::span<const float> crops, std::size_t count, std::span<float> out) override {
    if (before_encoding) before_encoding();
    cells_encoded += count;
    const std::size_t planes = count * static_cast<std::size_t>(channels_), size = crops.size() / planes;
    for (std::size_t p = 0; p < planes; ++p) {
      double sum = 0, squares = 0;
      for (const float value : crops.subspan(p * size, size)) sum += value, squares += double(value) * value;
      const double mean = sum / static_cast<double>(size);
      out[2 * p] = static_cast<float>(mean);
      out[2 * p + 1] = static_cast<float>(std::sqrt(squares / static_cast<double>(size) - mean * mean));
    }
  }

  std::function<void()> before_encoding;
  std::size_t cells_encoded = 0;

 private:
  int channels_;
};

// Time that does not pass, or passes quickly.
class StillClock final : public Clock {
 public:
  double now_s() const override { return 0; }
};

inline EmbedResult embed_with(const Communicator& comm, const Screen& screen, const CellTable& cells,
                              Encoder& encoder, const EmbedOptions& options, const EmbedFiles& files) {
  Log log(comm.rank(), comm.size(), true);
  const StillClock clock;
  return embed_screen(comm, screen, cells, encoder, options, files, {{"job", "embed"}}, clock, log);
}

}  // namespace cytoscale
