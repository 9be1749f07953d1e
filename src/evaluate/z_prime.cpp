#include "evaluate/z_prime.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::evaluate {
namespace {

struct MeanAndSd {
  double mean = 0, sd = 0;
};

MeanAndSd mean_and_sd(const std::vector<double>& values) {
  MeanAndSd result;
  for (const double v : values) result.mean += v;
  result.mean /= static_cast<double>(values.size());
  for (const double v : values) result.sd += (v - result.mean) * (v - result.mean);
  result.sd = std::sqrt(result.sd / static_cast<double>(values.size() - 1));
  return result;
}

std::vector<double> scores(const profile::Matrix& values, const std::vector<std::size_t>& rows,
                           const Eigen::VectorXd& axis) {
  std::vector<double> result;
  for (const auto row : rows) result.push_back(values.row(static_cast<Eigen::Index>(row)).dot(axis));
  return result;
}

Eigen::RowVectorXd mean_row(const profile::Matrix& x) {
  return x.colwise().sum() / static_cast<double>(x.rows());
}

// Σ = (1−δ)S + δμI applied inversely to `d`. With few wells S = CᵀC/n has low rank: Woodbury's identity needs
// only the wells × wells product, so thousands of features are cheap.
Eigen::VectorXd shrunk_inverse_times(const profile::Matrix& centered, const Eigen::VectorXd& d) {
  const double n = static_cast<double>(centered.rows());
  const double scale = centered.squaredNorm() / n / static_cast<double>(centered.cols());
  if (!(scale > 0)) return d;  // wells of a class are all alike: no spread to forward_with_evidence by
  const double delta = std::max(ledoit_wolf_shrinkage(centered), 1e-6);
  const double ridge = delta * scale, weight = (1 - delta) / n;
  if (weight <= 0) return d / ridge;
  const Eigen::MatrixXd inner =
      Eigen::MatrixXd(centered * centered.transpose()) +
      (ridge / weight) * Eigen::MatrixXd::Identity(centered.rows(), centered.rows());
  return (d - centered.transpose() * inner.ldlt().solve(centered * d)) / ridge;
}

}  // namespace

double ledoit_wolf_shrinkage(const profile::Matrix& centered) {
  const double n = static_cast<double>(centered.rows()), p = static_cast<double>(centered.cols());
  // ‖S‖² and Σ‖x xᵀ‖² through the n × n product: no p × p matrix.
  const Eigen::MatrixXd gram = centered * centered.transpose();
  const double trace = gram.trace() / n;
  const double s2 = gram.squaredNorm() / (n * n);
  const double d2 = s2 - trace * trace / p;
  const double b2 = gram.diagonal().squaredNorm() / (n * n) - s2 / n;
  if (!(d2 > 0)) return 1;
  return std::clamp(b2 / d2, 0.0, 1.0);
}

Eigen::VectorXd fit_axis(const profile::Matrix& values, const std::vector<std::size_t>& negative,
                         const std::vector<std::size_t>& positive, SeparationAxis axis) {
  const profile::Matrix minus = values(negative, Eigen::all), plus = values(positive, Eigen::all);
  const Eigen::RowVectorXd minus_mean = mean_row(minus), plus_mean = mean_row(plus);
  Eigen::VectorXd direction = (plus_mean - minus_mean).transpose();
  if (axis == SeparationAxis::lda && negative.size() + positive.size() > 2) {
    profile::Matrix centered(minus.rows() + plus.rows(), values.cols());
    centered.topRows(minus.rows()) = minus.rowwise() - minus_mean;
    centered.bottomRows(plus.rows()) = plus.rowwise() - plus_mean;
    direction = shrunk_inverse_times(centered, direction);
  }
  const double length = direction.norm();
  if (!(length > 0) || !std::isfinite(length)) {
    throw Error("positive and negative control wells have the same mean profile", "",
                "Check --control and --zprime-positive");
  }
  return direction / length;
}

std::vector<char> training_mask(const Table& metadata, const std::vector<std::string>& train,
                                const std::string& where) {
  std::vector<char> mask(metadata.rows.size(), train.empty());
  std::string column;
  for (const auto& item : train) {
    std::string value = item;
    if (item.find('=') != std::string::npos || column.empty()) {
      const auto selector = screen::parse_selector(item, "--zprime-train");
      column = selector.column;
      value = selector.value;
    }
    const auto equal = metadata.rows.column(metadata.column(column, where)).where([&](std::string_view text) {
      return text == value;
    });
    bool any = false;
    for (std::size_t row = 0; row < mask.size(); ++row) {
      if (equal[row]) mask[row] = 1, any = true;
    }
    if (!any) throw Error("no well has " + column + " = '" + value + "'", where, "Check --zprime-train");
  }
  return mask;
}

ZPrime z_prime(const profile::Matrix& values, const std::vector<char>& negative,
               const std::vector<char>& positive, const std::vector<char>& train, SeparationAxis axis,
               const std::string& where) {
  ZPrime result;
  result.held_out = std::find(train.begin(), train.end(), 0) != train.end();
  std::vector<std::size_t> rows[2][2];  // [positive][scored]
  for (std::size_t row = 0; row < negative.size(); ++row) {
    if (negative[row] == positive[row]) continue;  // neither; a well cannot be both
    const bool scored = result.held_out ? !train[row] : true;
    if (train[row]) rows[positive[row] != 0][0].push_back(row);
    if (scored) rows[positive[row] != 0][1].push_back(row);
  }
  result.negative_trained = rows[0][0].size(), result.positive_trained = rows[1][0].size();
  result.negative_scored = rows[0][1].size(), result.positive_scored = rows[1][1].size();
  if (rows[0][0].empty() || rows[1][0].empty()) {
    throw Error("the axis of Z' needs negative and positive control wells for training; there are " +
                    std::to_string(rows[0][0].size()) + " and " + std::to_string(rows[1][0].size()),
                where, "Check --control, --zprime-positive and --zprime-train");
  }
  if (rows[0][1].size() < 2 || rows[1][1].size() < 2) {
    throw Error("Z' needs two or more negative and positive control wells to score; there are " +
                    std::to_string(rows[0][1].size()) + " and " + std::to_string(rows[1][1].size()),
                where, "Leave more wells out with --zprime-train, or leave it empty");
  }
  const Eigen::VectorXd direction = fit_axis(values, rows[0][0], rows[1][0], axis);
  const auto minus = mean_and_sd(scores(values, rows[0][1], direction));
  const auto plus = mean_and_sd(scores(values, rows[1][1], direction));
  result.negative_mean = minus.mean, result.negative_sd = minus.sd;
  result.positive_mean = plus.mean, result.positive_sd = plus.sd;
  const double distance = std::abs(plus.mean - minus.mean);
  if (!(distance > 0)) throw Error("the control wells to be scored are not apart on the axis of Z'", where);
  result.value = 1 - 3 * (plus.sd + minus.sd) / distance;
  return result;
}

}  // namespace cytoscale::evaluate
