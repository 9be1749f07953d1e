#include <cmath>

#include "network/pooling_torch.hpp"

namespace cytoscale {
namespace {

// log mean e^x over the last dimension.
torch::Tensor log_mean_exp(const torch::Tensor& x) {
  return torch::logsumexp(x, {-1}) - std::log(static_cast<double>(x.size(-1)));
}

// log cosh x without overflow.
torch::Tensor log_cosh(const torch::Tensor& x) {
  const auto size = x.abs();
  return size + torch::log1p(torch::exp(-2 * size)) - std::log(2.0);
}

// σ(x) − σ(y) = sinh((x−y)/2) / (2 cosh(x/2) cosh(y/2)): the quotient of two such differences has no 0/0,
// however far the threshold wanders.
torch::Tensor noisy_and(const torch::Tensor& mean, double a, const torch::Tensor& b) {
  const auto rise = torch::sinh(mean * (a / 2)) / std::sinh(a / 2);
  return rise * torch::exp(log_cosh((1 - b) * (a / 2)) - log_cosh((mean - b) * (a / 2)));
}

}  // namespace

torch::Tensor pool_probabilities(const std::string& kind, const torch::Tensor& logits, double sharpness,
                                 const torch::Tensor& threshold) {
  const auto z = logits.flatten(2).to(torch::kFloat64);
  torch::Tensor bag;
  if (kind == "noisy-and")
    bag = noisy_and(torch::sigmoid(z).mean(-1), sharpness, threshold.to(torch::kFloat64));
  else if (kind == "noisy-or")
    bag = -torch::expm1(torch::log_sigmoid(-z).sum(-1));
  else if (kind == "isr")  // p/(1−p) is e^z
    bag = torch::sigmoid(torch::logsumexp(z, {-1}));
  else if (kind == "generalized-mean")
    bag = torch::exp(log_mean_exp(torch::log_sigmoid(z) * sharpness) / sharpness);
  else if (kind == "lse")
    bag = log_mean_exp(torch::sigmoid(z) * sharpness) / sharpness;
  else if (kind == "mean")
    bag = torch::sigmoid(z).mean(-1);
  else if (kind == "max")
    bag = torch::sigmoid(z).amax(-1);
  TORCH_CHECK(bag.defined(), "no pool of probabilities is called ", kind);
  return bag.to(logits.scalar_type());
}

torch::Tensor pool_scores(const std::string& kind, const torch::Tensor& scores, double sharpness) {
  const auto flat = scores.flatten(2);
  if (kind == "max") return flat.amax(-1);
  if (kind == "mean") return flat.mean(-1);
  TORCH_CHECK(kind == "lse", "no pool of scores is called ", kind);
  return (log_mean_exp(flat.to(torch::kFloat64) * sharpness) / sharpness).to(scores.scalar_type());
}

}  // namespace cytoscale
