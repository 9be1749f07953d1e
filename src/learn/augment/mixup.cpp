// mixup (Zhang et al., ICLR 2018; Caicedo et al. 2018 §4.5): two cells are blended, x = λx₁ + (1−λ)x₂ with
// λ ~ Beta(α, α), and their labels likewise. The second cell is of another replicate or batch, its label may
// be any.
#include <algorithm>

#include "core/random.hpp"
#include "learn/augment/regularizer_torch.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t { stream_blend = 0x4d49 };

class Mixup final : public Regularizer {
 public:
  Mixup(const CellSampler& sampler, const TrainOptions& options)
      : Regularizer(sampler, options), from_(options_.mixup_partner) {
    cells_ = 2;
  }

  void check() const override { sampler_.check_partners(from_); }

  std::vector<CellDraw> draw(std::int64_t step, std::int64_t place) const override {
    const auto first = sampler_.draw(step, place);
    return {first, sampler_.draw_partner(step, place, first, from_)};
  }

  void describe(std::int64_t step, std::int64_t place, const std::vector<CellDraw>& cells,
                DrawnBatch& batch) const override {
    Random random(seed_, {stream_blend, static_cast<std::uint64_t>(step), static_cast<std::uint64_t>(place)});
    const auto weight = static_cast<float>(random.beta(options_.mixup_alpha, options_.mixup_alpha));
    batch.weights.push_back(weight);
    const auto target = add_example(batch);
    sampler_.add_target(cells[0], weight, target);
    sampler_.add_target(cells[1], 1 - weight, target);
  }

  void compose(std::span<float> crops, image::PictureSize size, float weight,
               CropBatch& batch) const override {
    batch.size = size;
    const auto first = crops.first(crops.size() / 2), second = crops.last(crops.size() / 2);
    std::transform(first.begin(), first.end(), second.begin(), std::back_inserter(batch.crops),
                   [weight](float a, float b) { return weight * a + (1 - weight) * b; });
  }

  torch::Tensor compose(const torch::Tensor& crops, const torch::Tensor& weights) const override {
    const auto weight = weights.view({-1, 1, 1, 1});
    return weight * crops.slice(0, 0, {}, 2) + (1 - weight) * crops.slice(0, 1, {}, 2);
  }

  std::size_t crops_per_example() const override { return 1; }

 private:
  MixupPartner from_;
};

}  // namespace

std::unique_ptr<Regularizer> make_mixup(const CellSampler& sampler, const TrainOptions& options) {
  return std::make_unique<Mixup>(sampler, options);
}

}  // namespace cytoscale::learn
