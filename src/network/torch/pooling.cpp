#include <cmath>

#include "network/torch/pooling_torch.hpp"

namespace cytoscale::network {
namespace {

using torch::Tensor;

// Here a quantity that may be too small for a number goes by its logarithm. Below this it adds nothing to 1.
constexpr double nothing = 1e-100;

// log mean e^x over the last dimension.
Tensor log_mean_exp(const Tensor& x) {
  return torch::logsumexp(x, {-1}) - std::log(static_cast<double>(x.size(-1)));
}

// log cosh x without overflow.
Tensor log_cosh(const Tensor& x) {
  const auto size = x.abs();
  return size + torch::log1p(torch::exp(-2 * size)) - std::log(2.0);
}

// log [(1 − e^(−x)) / x] for x ≥ 0.
Tensor log_decline(const Tensor& x) {
  const auto some = x.clamp_min(nothing);
  return torch::log(-torch::expm1(-some) / some);
}

// log sinh x, and log (1 − e^(−x)), from log x.
Tensor log_sinh(const Tensor& log_x) {
  const auto x = torch::exp(log_x);
  return log_x + x + log_decline(2 * x);
}

Tensor log_of_rest(const Tensor& log_x) {
  return log_x + log_decline(torch::exp(log_x));
}

// log −log (1 − p) of p = σ(z). Below −40 it is z to the last digit.
Tensor log_softplus(const Tensor& z) {
  return torch::where(z < -40, z, torch::log(-torch::log_sigmoid(-z.clamp_min(-40))));
}

// log |log mean e^(±w)| over the last dimension, from log w, w ≥ 0.
Tensor log_soft_mean(const Tensor& log_w, int sign) {
  const auto w = torch::exp(log_w);
  auto log_change = log_w + log_decline(w);  // of e^(±w) from 1
  if (sign > 0) log_change = log_change + w;
  const auto change = log_mean_exp(log_change);
  const double half = std::log(0.5);
  const auto some = torch::exp(change.clamp_max(half)).clamp_min(nothing);
  const auto near = change + torch::log(sign * torch::log1p(sign * some) / some);
  const auto far = torch::log((sign * log_mean_exp(sign * w)).clamp_min(nothing));
  return torch::where(change < half, near, far);
}

// σ(x) − σ(y) = sinh((x−y)/2) / (2 cosh(x/2) cosh(y/2)), of which two make P and two 1 − P.
Tensor noisy_and(const Tensor& z, double a, const Tensor& b) {
  const auto log_mean = log_mean_exp(torch::log_sigmoid(z)), log_rest = log_mean_exp(torch::log_sigmoid(-z));
  const double scale = std::log(a / 2);
  return log_sinh(log_mean + scale) - log_sinh(log_rest + scale) + log_cosh((1 - b) * (a / 2)) -
         log_cosh(b * (a / 2));
}

Tensor noisy_or(const Tensor& z) {
  const auto log_sum = torch::logsumexp(log_softplus(z), {-1});  // 1 − P is e^(−sum)
  return torch::exp(log_sum) + log_of_rest(log_sum);
}

Tensor generalized_mean(const Tensor& z, double r) {
  const auto log_fall = log_soft_mean(log_softplus(-z) + std::log(r), -1) - std::log(r);  // P is e^(−fall)
  return -torch::exp(log_fall) - log_of_rest(log_fall);
}

Tensor log_sum_exp(const Tensor& z, double r) {
  return log_soft_mean(torch::log_sigmoid(z) + std::log(r), 1) -
         log_soft_mean(torch::log_sigmoid(-z) + std::log(r), -1);
}

}  // namespace

Tensor pool_log_odds(Pool kind, const Tensor& logits, double sharpness, const Tensor& threshold) {
  const auto z = logits.flatten(2).to(torch::kFloat64);
  Tensor odds;
  if (kind == Pool::noisy_and)
    odds = noisy_and(z, sharpness, threshold.to(torch::kFloat64));
  else if (kind == Pool::noisy_or)
    odds = noisy_or(z);
  else if (kind == Pool::isr)  // p/(1−p) is e^z
    odds = torch::logsumexp(z, {-1});
  else if (kind == Pool::generalized_mean)
    odds = generalized_mean(z, sharpness);
  else if (kind == Pool::lse)
    odds = log_sum_exp(z, sharpness);
  else if (kind == Pool::mean)
    odds = log_mean_exp(torch::log_sigmoid(z)) - log_mean_exp(torch::log_sigmoid(-z));
  else if (kind == Pool::max)
    odds = z.amax(-1);
  TORCH_CHECK(odds.defined(), "no pool of probabilities is called ", enum_name(kind));
  return odds.to(logits.scalar_type());
}

Tensor probabilities_of_odds(const Tensor& log_odds) {
  return torch::sigmoid(log_odds.to(torch::kFloat64)).to(log_odds.scalar_type());
}

Tensor pool_scores(Pool kind, const Tensor& scores, double sharpness) {
  const auto flat = scores.flatten(2);
  if (kind == Pool::max) return flat.amax(-1);
  if (kind == Pool::mean) return flat.mean(-1);
  TORCH_CHECK(kind == Pool::lse, "no pool of scores is called ", enum_name(kind));
  return (log_mean_exp(flat.to(torch::kFloat64) * sharpness) / sharpness).to(scores.scalar_type());
}

}  // namespace cytoscale::network
