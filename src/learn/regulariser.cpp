#include "core/error.hpp"
#include "learn/regulariser_torch.hpp"

namespace cytoscale {

Regulariser::Regulariser(const CellSampler& sampler, const TrainOptions& options)
    : sampler_(sampler), options_(options.regulariser), seed_(options.seed) {}

std::vector<CellDraw> Regulariser::draw(std::int64_t step, std::int64_t place) const {
  return {sampler_.draw(step, place)};
}

void Regulariser::compose(std::int64_t, std::int64_t, const std::vector<CellDraw>& cells,
                          std::span<float> crops, CropBatch& batch) const {
  batch.crops.insert(batch.crops.end(), crops.begin(), crops.end());
  batch.crops_per_example = cells_;
  batch.labels.push_back(cells.front().label);
  ++batch.count;
}

std::shared_ptr<torch::nn::Module> Regulariser::make_head(const NetworkSpec&, int) const {
  return nullptr;
}

Outcome Regulariser::outcome(Network& network, torch::nn::Module*, const torch::Tensor& crops,
                             const CropBatch& batch, double label_smoothing) const {
  const auto logits = network.classify(crops);
  const auto labels = label_tensor(batch.labels, logits.device());
  return {cross_entropy_of(logits, labels, label_smoothing).sum(), won_by(logits, labels).sum()};
}

torch::Tensor cross_entropy_of(const torch::Tensor& logits, const torch::Tensor& labels, double smoothing) {
  return torch::nn::functional::cross_entropy(
      logits, labels,
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kNone).label_smoothing(smoothing));
}

torch::Tensor won_by(const torch::Tensor& logits, const torch::Tensor& labels) {
  return logits.detach().argmax(1).eq(labels).to(torch::kFloat64);
}

torch::Tensor label_tensor(const std::vector<std::int64_t>& labels, const torch::Device& device) {
  return torch::from_blob(const_cast<std::int64_t*>(labels.data()),
                          {static_cast<std::int64_t>(labels.size())}, torch::kInt64)
      .to(device);
}

std::unique_ptr<Regulariser> make_regulariser(const CellSampler& sampler, const TrainOptions& options) {
  const auto& kind = options.regulariser.kind;
  if (kind == "baseline") return std::make_unique<Regulariser>(sampler, options);
  if (kind == "mixup") return make_mixup(sampler, options);
  if (kind == "rnn") return make_recurrent(sampler, options);
  throw Error("unknown choice '" + kind + "'", "option --regularizer", "Choose from: baseline, mixup, rnn");
}

}  // namespace cytoscale
