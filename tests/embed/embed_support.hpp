// An encoder that needs no network, statistics of each crop, for the screen of formulas.
#pragma once
#include <cmath>
#include <functional>
#include <vector>

#include "embed/embed_screen.hpp"
#include "prepare/formula_screen.hpp"

namespace cytoscale::embed {

// Mean and standard deviation of each channel of a crop.
class StatisticsEncoder : public Encoder {
 public:
  explicit StatisticsEncoder(int channels = 2) : channels_(channels) {
    for (int i = 0; i < 2 * channels_; ++i) names_.push_back("statistics_" + std::to_string(i));
    for (int c = 0; c < channels_; ++c) layers_.insert(layers_.end(), {"mean", "sd"});
  }
  int channels() const override { return channels_; }
  image::PictureSize crop_size() const override { return prepare::test_crop_px; }
  const image::Rescaling& rescaling() const override { return rescaling_; }
  const std::vector<std::string>& feature_names() const override { return names_; }
  const std::vector<std::string>& feature_layers() const override { return layers_; }
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
  image::Rescaling rescaling_ = image::CropNormalization::none;
  int channels_;
  std::vector<std::string> names_, layers_;
};

// Time that does not pass, or passes quickly.
class StillClock final : public Clock {
 public:
  double now_s() const override { return 0; }
};

inline EmbedResult embed_with(const mpi::Communicator& comm, const screen::Screen& screen,
                              const store::CellTable& cells, Encoder& encoder, const EmbedOptions& options,
                              const prepare::FieldFiles& files) {
  Log log(comm.rank(), comm.size(), true);
  const StillClock clock;
  return embed_screen({comm, log, clock}, screen, cells, encoder, options, files, {{"job", "embed"}});
}

}  // namespace cytoscale::embed
