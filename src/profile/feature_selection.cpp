#include "profile/feature_selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::profile {
namespace {

void check_share(double value, const std::string& key) {
  if (value >= 0 && value <= 1) return;
  throw Error("the cut is " + number_text(value), key, "Give a number from 0 to 1");
}

// Why the sorted values say too little, or "".
std::string low_information(const std::vector<double>& sorted, double frequency_cut, double unique_cut) {
  std::size_t most = 0, second = 0, distinct = 0;
  for (std::size_t i = 0; i < sorted.size();) {
    std::size_t end = i;
    while (end < sorted.size() && sorted[end] == sorted[i]) ++end;
    const auto count = end - i;
    if (count > most) {
      second = most;
      most = count;
    } else {
      second = std::max(second, count);
    }
    ++distinct;
    i = end;
  }
  if (distinct < 2) return "one value throughout";
  const double frequency = static_cast<double>(second) / static_cast<double>(most);
  if (frequency < frequency_cut)
    return fmt::format("variance: frequency ratio {} is below {}", number_text(frequency), frequency_cut);
  const double share = static_cast<double>(distinct) / static_cast<double>(sorted.size());
  if (share < unique_cut)
    return fmt::format("variance: {} distinct values in {} rows", distinct, sorted.size());
  return {};
}

// Pearson correlations of the columns; NaN for one without spread.
Matrix correlations_of(const Matrix& values) {
  Matrix unit = values.rowwise() - Eigen::RowVectorXd(values.colwise().mean());
  for (Eigen::Index i = 0; i < unit.cols(); ++i) unit.col(i) /= unit.col(i).norm();
  Matrix result = Matrix::Zero(unit.cols(), unit.cols());
  result.noalias() += unit.transpose() * unit;
  return result;
}

// Position of each feature when they are ordered by the sum of absolute correlations.
std::vector<std::size_t> order_by_sum(const Matrix& correlations) {
  const auto count = static_cast<std::size_t>(correlations.cols());
  std::vector<double> sums(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    for (const double value : correlations.row(static_cast<Eigen::Index>(i))) {
      if (!std::isnan(value)) sums[i] += std::abs(value);
    }
  }
  std::vector<std::size_t> order(count), position(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sums[a] < sums[b]; });
  for (std::size_t i = 0; i < count; ++i) position[order[i]] = i;
  return position;
}

}  // namespace

void FeatureSelection::validate() const {
  check_share(frequency_cut, "--frequency-cut");
  check_share(unique_cut, "--unique-cut");
  check_share(correlation_cut, "--correlation-cut");
  check_share(missing_cut, "--missing-cut");
  if (!(outlier_cut >= 0) || !std::isfinite(outlier_cut))
    throw Error("the cut is " + number_text(outlier_cut), "--outlier-cut",
                "Give a number of 0 or more; 0: no cut");
}

const std::vector<std::string>& feature_selection_words() {
  static const std::vector<std::string> words = {"none", "variance", "correlation"};
  return words;
}

void choose_feature_selection(FeatureSelection& selection, const std::vector<std::string>& words) {
  selection.variance = selection.correlation = false;
  for (const auto& word : words) {
    if (word == "variance") {
      selection.variance = true;
    } else if (word == "correlation") {
      selection.correlation = true;
    } else if (word != "none" || words.size() > 1) {
      throw Error("'" + word + "' is no feature selection", "--select-features",
                  "Use none, or one or more of: variance, correlation");
    }
  }
}

std::vector<std::string> feature_selection_names(const FeatureSelection& selection) {
  std::vector<std::string> words;
  if (selection.variance) words.emplace_back("variance");
  if (selection.correlation) words.emplace_back("correlation");
  if (words.empty()) words.emplace_back("none");
  return words;
}

void select_features(ProfileTable& profiles, const FeatureSelection& selection, const std::string& where) {
  if (selection.variance) variance_threshold(profiles, selection.frequency_cut, selection.unique_cut, where);
  if (selection.correlation) correlation_threshold(profiles, selection.correlation_cut, where);
}

void outlier_threshold(ProfileTable& profiles, double cut, const std::string& where) {
  const auto count = profiles.features.size();
  std::vector<char> keep(count, 1);
  std::vector<std::string> reasons(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double most = profiles.values.col(static_cast<Eigen::Index>(i)).cwiseAbs().maxCoeff();
    keep[i] = most <= cut;
    if (!keep[i])
      reasons[i] = fmt::format("{:.3g} spreads of the controls from their center, --outlier-cut is {}", most,
                               number_text(cut));
  }
  if (std::find(keep.begin(), keep.end(), 1) == keep.end()) return;
  keep_features(profiles, keep, reasons, where);
}

void variance_threshold(ProfileTable& profiles, double frequency_cut, double unique_cut,
                        const std::string& where) {
  const auto count = profiles.features.size();
  std::vector<char> keep(count, 1);
  std::vector<std::string> reasons(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto column = profiles.values.col(static_cast<Eigen::Index>(i));
    std::vector<double> sorted(column.begin(), column.end());
    std::sort(sorted.begin(), sorted.end());
    reasons[i] = low_information(sorted, frequency_cut, unique_cut);
    keep[i] = reasons[i].empty();
  }
  keep_features(profiles, keep, reasons, where);
}

void correlation_threshold(ProfileTable& profiles, double cut, const std::string& where) {
  const Matrix correlations = correlations_of(profiles.values);
  const auto position = order_by_sum(correlations);
  const auto count = profiles.features.size();
  std::vector<char> keep(count, 1);
  std::vector<std::string> reasons(count);
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < a; ++b) {
      const double value = correlations(static_cast<Eigen::Index>(a), static_cast<Eigen::Index>(b));
      if (!(value > cut)) continue;
      const auto leaves = position[a] > position[b] ? a : b;
      if (keep[leaves])
        reasons[leaves] = fmt::format("correlation {:.3f} with {}", value, profiles.features[a + b - leaves]);
      keep[leaves] = 0;
    }
  }
  keep_features(profiles, keep, reasons, where);
}

}  // namespace cytoscale::profile
