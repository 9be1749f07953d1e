#include <torch/nn/functional/loss.h>

#include <cmath>

#include "learn/augment/regularizer_torch.hpp"
#include "network/torch/pooling_torch.hpp"

namespace cytoscale::learn {
Regularizer::Regularizer(const CellSampler& sampler, const TrainOptions& options)
    : sampler_(sampler),
      options_(options.regularizer),
      several_labels_(options.several_labels),
      seed_(options.seed) {}

std::vector<CellDraw> Regularizer::draw(std::int64_t step, std::int64_t place) const {
  return {sampler_.draw(step, place)};
}

void Regularizer::describe(std::int64_t, std::int64_t, const std::vector<CellDraw>& cells,
                           DrawnBatch& batch) const {
  sampler_.add_target(cells.front(), 1, add_example(batch));
}

void Regularizer::compose(std::span<float> crops, image::PictureSize size, float, CropBatch& batch) const {
  batch.size = size;
  batch.crops.insert(batch.crops.end(), crops.begin(), crops.end());
}

torch::Tensor Regularizer::compose(const torch::Tensor& crops, const torch::Tensor&) const {
  return crops;
}

std::span<float> Regularizer::add_example(DrawnBatch& batch) const {
  ++batch.count;
  batch.targets.resize(batch.count * sampler_.labels());
  return std::span(batch.targets).last(sampler_.labels());
}

std::shared_ptr<torch::nn::Module> Regularizer::make_head(const network::NetworkSpec&, int) const {
  return nullptr;
}

Outcome Regularizer::outcome(network::Network& network, torch::nn::Module*, const ExampleTensors& examples,
                             double label_smoothing) const {
  if (!network::pools_probabilities(network.spec().architecture))
    return judge(network.classify(examples.crops), examples.targets, label_smoothing);
  // The joint loss of Kraus et al. 2016 eq. 2.
  const auto evidence = network.forward_with_evidence(examples.crops);
  auto outcome = judge(evidence.logits, examples.targets, label_smoothing);
  outcome.loss_sum = outcome.loss_sum + torch::binary_cross_entropy_with_logits(
                                            evidence.pooled, examples.targets, {}, {}, at::Reduction::Sum);
  return outcome;
}

Outcome Regularizer::judge(const torch::Tensor& logits, const torch::Tensor& targets,
                           double smoothing) const {
  if (several_labels_) {
    const auto loss = torch::binary_cross_entropy_with_logits(
        logits, targets * (1 - smoothing) + smoothing / 2, {}, {}, at::Reduction::Sum);
    const auto right = logits.detach().gt(0).eq(targets.gt(0.5)).to(torch::kFloat64).mean(1);
    return {loss, right.sum()};
  }
  const auto loss = torch::nn::functional::cross_entropy(
      logits, targets,
      torch::nn::functional::CrossEntropyFuncOptions().reduction(torch::kSum).label_smoothing(smoothing));
  const auto won = targets.gather(1, logits.detach().argmax(1, true));
  return {loss, won.to(torch::kFloat64).sum()};
}

double Regularizer::guessing_loss(const network::NetworkSpec& network, int labels,
                                  image::PictureSize size) const {
  const double answer = several_labels_ ? labels * std::log(2.0) : std::log(labels);
  if (!network::pools_probabilities(network.architecture)) return answer;
  const auto map = torch::zeros({1, 1, network::map_side(network.architecture, size.height),
                                 network::map_side(network.architecture, size.width)},
                                torch::kFloat64);
  const auto& pooling = network.pooling;
  const auto half = torch::full({1}, 0.5, torch::kFloat64);
  const double odds = network::pool_log_odds(*pooling.kind, map, pooling.sharpness, half).item<double>();
  // Noisy-OR of many such places is all but 1.
  return answer + labels * (std::abs(odds) + std::log1p(std::exp(-std::abs(odds))));
}

std::unique_ptr<Regularizer> make_regularizer(const CellSampler& sampler, const TrainOptions& options) {
  if (options.examples == Examples::mosaics) return make_mosaic(sampler, options);
  switch (options.regularizer.kind) {
    case RegularizerKind::mixup:
      return make_mixup(sampler, options);
    case RegularizerKind::rnn:
      return make_recurrent(sampler, options);
    case RegularizerKind::baseline:
      break;
  }
  return std::make_unique<Regularizer>(sampler, options);
}

}  // namespace cytoscale::learn
