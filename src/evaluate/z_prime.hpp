// Z′-factor of the control wells (Zhang, Chung & Oldenburg, J. Biomol. Screen. 1999) along one axis through
// feature space:
//   Z′ = 1 − 3(σ₊ + σ₋)/|μ₊ − μ₋|,   σ with divisor n−1.
// The axis is fitted on training wells and the wells left out are scored, because with more features than
// wells an axis that separates its own training wells always exists. Without training wells it is fitted on
// the scored wells; the result says so.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "core/table/csv.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

enum class SeparationAxis {
  mean_difference,  // μ₊ − μ₋
  lda  // Σ⁻¹(μ₊ − μ₋), Σ the pooled within-class covariance shrunk to a multiple of I (Ledoit & Wolf 2004)
};

struct ZPrimeOptions {
  std::string positive = "Metadata_Control=poscon";  // COLUMN=VALUE; the default may be absent from a screen
  // COLUMN=VALUE[,…]: a well is for training when any holds; a VALUE alone is of the column before. Empty:
  // all.
  std::vector<std::string> train;
  SeparationAxis axis = SeparationAxis::lda;
};

struct ZPrime {
  double value = 0;
  double positive_mean = 0, negative_mean = 0, positive_sd = 0,
         negative_sd = 0;  // along the axis, of scored wells
  std::size_t positive_scored = 0, negative_scored = 0, positive_trained = 0, negative_trained = 0;
  bool held_out = false;  // scored wells are none of the training wells
};

// Unit vector of the axis from negative to positive training wells. Throws Error when their means coincide.
Eigen::VectorXd fit_axis(const profile::Matrix& values, const std::vector<std::size_t>& negative,
                         const std::vector<std::size_t>& positive, SeparationAxis axis);
// The shrinkage intensity in [0, 1] of Ledoit & Wolf (2004) for rows already centered.
double ledoit_wolf_shrinkage(const profile::Matrix& centered);

// 1 where the row is a training well, by `train` above; all 1 where it is empty. Throws Error: unknown
// column, none matches.
std::vector<char> training_mask(const Table& metadata, const std::vector<std::string>& train,
                                const std::string& where);

// `train` marks training wells; where all are marked, all are scored. Throws Error: no negative or positive
// well among the training wells, fewer than two of either among the scored ones, no separation.
ZPrime z_prime(const profile::Matrix& values, const std::vector<char>& negative,
               const std::vector<char>& positive, const std::vector<char>& train, SeparationAxis axis,
               const std::string& where);

}  // namespace cytoscale::evaluate

template <>
struct cytoscale::EnumNames<cytoscale::evaluate::SeparationAxis> {
  static constexpr const char* what = "separating axis";
  static constexpr EnumName<evaluate::SeparationAxis> all[] = {
      {evaluate::SeparationAxis::lda, "lda"}, {evaluate::SeparationAxis::mean_difference, "mean-difference"}};
};
