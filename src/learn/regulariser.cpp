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
  sampler_.add_target(cells.front(), 1, add_example(batch));
}

std::span<float> Regulariser::add_example(CropBatch& batch) const {
  ++batch.count;
  batch.targets.resize(batch.count * sampler_.labels());
  return std::span(batch.targets).last(sampler_.labels());
}

std::shared_ptr<torch::nn::Module> Regulariser::make_head(const NetworkSpec&, int) const {
  return nullptr;
}

Outcome Regulariser::outcome(Network& network, torch::nn::Module*, const torch::Tensor& crops,
                             const CropBatch& batch, double label_smoothing) const {
  const auto logits = network.classify(crops);
  return judge(logits, batch, label_smoothing);
}

Outcome judge(const torch::Tensor& logits, const CropBatch& batch, double smoothing) {
  const auto targets =
      torch::from_blob(const_cast<float*>(batch.targets.data()), logits.sizes()).to(logits.device());
  const auto loss = torch::nn::functional::cross_entropy(
      logits, targets,
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum).label_smoothing(smoothing));
  const auto won = targets.gather(1, logits.detach().argmax(1, true));
  return {loss, won.to(torch::kFloat64).sum()};
}

std::unique_ptr<Regulariser> make_regulariser(const CellSampler& sampler, const TrainOptions& options) {
  const auto& kind = options.regulariser.kind;
  if (kind == "baseline") return std::make_unique<Regulariser>(sampler, options);
  if (kind == "mixup") return make_mixup(sampler, options);
  if (kind == "rnn") return make_recurrent(sampler, options);
  throw Error("unknown choice '" + kind + "'", "option --regularizer", "Choose from: baseline, mixup, rnn");
}

}  // namespace cytoscale
