// What one value makes of a class map: a bag of instances, one for each place, becomes the bag's probability
// or score (Kraus et al. 2016 §3.2; Sailem et al. 2017 §2.1). Any number of instances; computed in float64.
#pragma once
#include <torch/types.h>

#include "network/spec/network_spec.hpp"

namespace cytoscale::network {

// Of probabilities p_ij = σ(logits), [N][K][h][w] -> log P_i/(1−P_i), [N][K], of the logits' type: exact,
// with its gradients, also where P_i itself would be rounded to 0 or 1 and its loss would teach nothing, or a
// thousand times too much. The pool says what P is:
//   noisy-and         [σ(a(p̄−b)) − σ(−ab)] / [σ(a(1−b)) − σ(−ab)], a = sharpness, b = threshold [K]
//   noisy-or          1 − Π(1−p)
//   isr               Σp/(1−p) / (1 + Σp/(1−p))
//   generalized-mean  (mean p^r)^(1/r), r = sharpness
//   lse               (1/r)·log mean e^(rp), r = sharpness
//   mean, max
// The threshold may be undefined where it is not used. Throws c10::Error for another kind.
torch::Tensor pool_log_odds(Pool kind, const torch::Tensor& logits, double sharpness,
                            const torch::Tensor& threshold);

// P of log-odds, of their type; its gradient is right also where a float32 has 1 − P = 0.
torch::Tensor probabilities_of_odds(const torch::Tensor& log_odds);

// Of scores of any size, [N][K][h][w] -> [N][K]: max, mean, or lse with r = sharpness.
torch::Tensor pool_scores(Pool kind, const torch::Tensor& scores, double sharpness);

}  // namespace cytoscale::network
