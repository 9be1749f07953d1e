// An encoder that needs no network, statistics of each crop, for the screen of formulas.
#pragma once
#include <atomic>
#include <cmath>
#include <functional>
#include <mutex>
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
  std::size_t tile() const override { return tile_places; }
  int threads() const override { return 2; }
  void encode_tile(std::span<const TilePlace> places) override {
    if (before_encoding) {
      const std::lock_guard lock(mutex_);
      before_encoding();
    }
    for (std::size_t at = 0; at < places.size(); ++at) {
      if (places[at].picture == nullptr) continue;
      ++cells_encoded;
      encode_one(places[at]);
      if (keeps_places) places[at].features[0] = static_cast<float>(at);
    }
  }

  std::size_t tile_places = 2;
  bool keeps_places = false;  // the first feature is the cell's place in its tile
  std::function<void()> before_encoding;
  std::atomic<std::size_t> cells_encoded = 0;

 private:
  void encode_one(const TilePlace& place) const {
    const std::size_t size = crop_size().pixels();
    for (std::size_t p = 0; p < static_cast<std::size_t>(channels_); ++p) {
      double sum = 0, squares = 0;
      for (const float value : std::span(place.picture + p * size, size))
        sum += value, squares += double(value) * value;
      const double mean = sum / static_cast<double>(size);
      place.features[2 * p] = static_cast<float>(mean);
      place.features[2 * p + 1] =
          static_cast<float>(std::sqrt(squares / static_cast<double>(size) - mean * mean));
    }
  }

  std::mutex mutex_;
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
