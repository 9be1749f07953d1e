// Mosaics (Sailem et al. 2017 §3.1): four fields of one label, from different wells and batches as far as
// there are, stitched 2 × 2 to one picture with that label. More cells in view, in ever new company.
#include <algorithm>

#include "learn/augment/regularizer_torch.hpp"

namespace cytoscale::learn {
namespace {

class Mosaic final : public Regularizer {
 public:
  Mosaic(const CellSampler& sampler, const TrainOptions& options) : Regularizer(sampler, options) {
    cells_ = 4;
  }

  // A field may come again, elsewhere in the mosaic and another part of it.
  void check() const override { sampler_.check_groups(2, "fields", "option --examples mosaics"); }

  std::vector<CellDraw> draw(std::int64_t step, std::int64_t place) const override {
    return sampler_.draw_group(step, place, cells_);
  }

  void compose(std::span<float> crops, image::PictureSize size, float, CropBatch& batch) const override {
    batch.size = {2 * size.height, 2 * size.width};
    const auto height = static_cast<std::size_t>(size.height), width = static_cast<std::size_t>(size.width);
    const auto planes = crops.size() / (cells_ * size.pixels());
    for (std::size_t c = 0; c < planes; ++c)
      for (std::size_t row = 0; row < 2 * height; ++row)
        for (std::size_t part = row < height ? 0 : 2, end = part + 2; part < end; ++part) {
          const auto line = crops.subspan(((part * planes + c) * height + row % height) * width, width);
          batch.crops.insert(batch.crops.end(), line.begin(), line.end());
        }
  }

  torch::Tensor compose(const torch::Tensor& crops, const torch::Tensor&) const override {
    const auto channels = crops.size(1), height = crops.size(2), width = crops.size(3);
    return crops.contiguous()
        .view({-1, 2, 2, channels, height, width})
        .permute({0, 3, 1, 4, 2, 5})
        .reshape({-1, channels, 2 * height, 2 * width});
  }

  std::size_t crops_per_example() const override { return 1; }
};

}  // namespace

std::unique_ptr<Regularizer> make_mosaic(const CellSampler& sampler, const TrainOptions& options) {
  return std::make_unique<Mosaic>(sampler, options);
}

}  // namespace cytoscale::learn
