#include "profile/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/text.hpp"
#include "profile/aggregate.hpp"
#include "profile/covariance.hpp"

namespace cytoscale {
namespace {

std::vector<std::size_t> controls_of(const std::vector<std::size_t>& rows, const std::vector<char>& control) {
  std::vector<std::size_t> chosen;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen),
               [&](auto row) { return control[row] != 0; });
  return chosen;
}

std::vector<std::size_t> controls_of(const std::vector<char>& control) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < control.size(); ++i) {
    if (control[i]) chosen.push_back(i);
  }
  return chosen;
}

struct CentreAndScale {
  Eigen::RowVectorXd centre, scale;
};

CentreAndScale mean_and_sd(const Matrix& x) {
  const double n = static_cast<double>(x.rows());
  const Eigen::RowVectorXd mean = x.colwise().sum() / n;
  return {mean, ((x.rowwise() - mean).array().square().colwise().sum() / n).sqrt()};
}

CentreAndScale median_and_mad(const Matrix& x) {
  CentreAndScale result{Eigen::RowVectorXd(x.cols()), Eigen::RowVectorXd(x.cols())};
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    std::vector<double> column(x.col(i).begin(), x.col(i).end());
    const double median = median_of(column);
    for (auto& value : column) value = std::abs(value - median);
    result.centre(i) = median;
    result.scale(i) = 1.4826 * median_of(column);
  }
  return result;
}

// Shared by both: centre and scale from the controls of each group, features without spread dropped
// everywhere.
void centre_and_scale(ProfileTable& profiles, const std::vector<std::string>& group,
                      const std::vector<char>& control, const std::string& where, const std::string& spread,
                      CentreAndScale (*estimate)(const Matrix&)) {
  const Groups groups = group_rows(group);
  std::vector<CentreAndScale> estimates;
  std::vector<char> keep(profiles.features.size(), 1);
  std::vector<std::string> reasons(profiles.features.size());
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    const auto chosen = controls_of(groups.rows[g], control);
    if (chosen.size() < 2) {
      throw Error("'" + groups.names[g] + "' has " + std::to_string(chosen.size()) +
                      " control wells where normalisation needs two or more",
                  where, "Check --control, or normalise over all wells with --within all");
    }
    const Matrix x = profiles.values(chosen, Eigen::all);
    estimates.push_back(estimate(x));
    for (std::size_t i = 0; i < keep.size(); ++i) {
      const auto column = static_cast<Eigen::Index>(i);
      const double scale = estimates.back().scale(column);
      // A constant column can get a spread of a few roundings of its own size.
      const double rounding = 1e-13 * x.col(column).cwiseAbs().maxCoeff();
      if (std::isfinite(scale) && scale > rounding) continue;
      if (keep[i]) reasons[i] = spread + " 0 or not finite in the control wells of '" + groups.names[g] + "'";
      keep[i] = 0;
    }
  }
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    for (const auto r : groups.rows[g]) {
      auto row = profiles.values.row(static_cast<Eigen::Index>(r));
      row = (row - estimates[g].centre).array() / estimates[g].scale.array();
    }
  }
  keep_features(profiles, keep, reasons, where);
}

void rename_features(ProfileTable& profiles, const std::string& stem) {
  for (std::size_t i = 0; i < profiles.features.size(); ++i) profiles.features[i] = stem + std::to_string(i);
}

const std::map<std::string, Normalization>& methods() {
  static const std::map<std::string, Normalization> words = {{"none", Normalization::none},
                                                             {"standardize", Normalization::standardize},
                                                             {"mad_robustize", Normalization::mad_robustize},
                                                             {"whiten", Normalization::whiten},
                                                             {"tvn", Normalization::tvn}};
  return words;
}

}  // namespace

const std::vector<std::string>& normalization_words() {
  static const std::vector<std::string> words = {"none", "standardize", "mad_robustize", "whiten", "tvn"};
  return words;
}

const std::vector<std::string>& within_words() {
  static const std::vector<std::string> words = {"all", "plate", "batch"};
  return words;
}

Normalization parse_normalization(const std::string& word) {
  const auto it = methods().find(word);
  if (it != methods().end()) return it->second;
  throw Error("'" + word + "' is no normalisation", "", "Use one of: " + join(normalization_words(), ", "));
}

std::string normalization_name(Normalization method) {
  for (const auto& [word, value] : methods()) {
    if (value == method) return word;
  }
  return "none";
}

Within parse_within(const std::string& word) {
  const auto& words = within_words();
  const auto it = std::find(words.begin(), words.end(), word);
  if (it != words.end()) return static_cast<Within>(it - words.begin());
  throw Error("'" + word + "' is no group to normalise in", "", "Use one of: " + join(words, ", "));
}

std::string within_name(Within within) {
  return within_words()[static_cast<std::size_t>(within)];
}

void NormalizeOptions::validate() const {
  if (!(lambda >= 0) || !std::isfinite(lambda)) {
    throw Error("lambda is " + number_text(lambda), "--lambda", "Give a number of 0 or more (1 is usual)");
  }
}

WellRoles well_roles(const Table& metadata, const ColumnRoles& columns, const NormalizeOptions& options,
                     const std::string& where) {
  WellRoles roles;
  if (options.method == Normalization::none) return roles;
  roles.control = control_mask(metadata, columns, where);
  if (options.within == Within::plate) {
    const auto plate = metadata.column(columns.plate, where);
    for (const auto& row : metadata.rows) roles.plate.push_back(row[plate]);
  }
  if (options.within == Within::batch || options.method == Normalization::tvn) {
    roles.batch = batch_labels(metadata, columns, where);
  }
  return roles;
}

void standardize(ProfileTable& profiles, const std::vector<std::string>& group,
                 const std::vector<char>& control, const std::string& where) {
  centre_and_scale(profiles, group, control, where, "standard deviation", mean_and_sd);
}

void mad_robustize(ProfileTable& profiles, const std::vector<std::string>& group,
                   const std::vector<char>& control, const std::string& where) {
  centre_and_scale(profiles, group, control, where, "MAD", median_and_mad);
}

void whiten(ProfileTable& profiles, const std::vector<char>& control, double lambda) {
  const auto eigen = symmetric_eigen(uncentred_covariance(profiles.values, controls_of(control)));
  const Matrix rotated = profiles.values * eigen.vectors;
  profiles.values = rotated * shifted_power_of_values(eigen.values, lambda, -0.5).asDiagonal();
  rename_features(profiles, "whitened_");
}

void coral(ProfileTable& profiles, const std::vector<std::string>& batch, const std::vector<char>& control,
           double lambda, const std::string& where) {
  const Matrix target = shifted_power(
      symmetric_eigen(uncentred_covariance(profiles.values, controls_of(control))), lambda, 0.5);
  const Groups batches = group_rows(batch);
  for (std::size_t b = 0; b < batches.rows.size(); ++b) {
    const auto& rows = batches.rows[b];
    const auto chosen = controls_of(rows, control);
    if (chosen.empty()) {
      throw Error("batch '" + batches.names[b] + "' has no control wells to align it by", where,
                  "Use --normalize whiten, or check --control and the batch column");
    }
    const Matrix source =
        shifted_power(symmetric_eigen(uncentred_covariance(profiles.values, chosen)), 1.0, -0.5);
    const Matrix aligned = Matrix(profiles.values(rows, Eigen::all)) * source * target;
    profiles.values(rows, Eigen::all) = aligned;
  }
  rename_features(profiles, "tvn_");
}

ProfileTable normalize(ProfileTable profiles, const WellRoles& roles, const NormalizeOptions& options,
                       const std::string& where) {
  options.validate();
  if (options.method == Normalization::none) return profiles;
  const auto group = options.within == Within::plate   ? roles.plate
                     : options.within == Within::batch ? roles.batch
                                                       : one_label(profiles.size(), "all wells");
  if (options.method == Normalization::mad_robustize) {
    mad_robustize(profiles, group, roles.control, where);
    return profiles;
  }
  standardize(profiles, group, roles.control, where);
  if (options.method == Normalization::standardize) return profiles;
  whiten(profiles, roles.control, options.lambda);
  if (options.method == Normalization::tvn)
    coral(profiles, roles.batch, roles.control, options.lambda, where);
  return profiles;
}

}  // namespace cytoscale
