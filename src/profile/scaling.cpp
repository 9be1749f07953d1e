#include "profile/scaling.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "profile/groups.hpp"

namespace cytoscale::profile {
namespace {

struct CenterAndScale {
  Eigen::RowVectorXd center, scale;
};

CenterAndScale mean_and_sd(const Matrix& x) {
  const double n = static_cast<double>(x.rows());
  const Eigen::RowVectorXd mean = x.colwise().sum() / n;
  return {mean, ((x.rowwise() - mean).array().square().colwise().sum() / n).sqrt()};
}

CenterAndScale median_and_mad(const Matrix& x) {
  CenterAndScale result{Eigen::RowVectorXd(x.cols()), Eigen::RowVectorXd(x.cols())};
  for (Eigen::Index i = 0; i < x.cols(); ++i) {
    std::vector<double> column(x.col(i).begin(), x.col(i).end());
    const double median = median_of(column);
    for (auto& value : column) value = std::abs(value - median);
    result.center(i) = median;
    result.scale(i) = 1.4826 * median_of(column);
  }
  return result;
}

CenterAndScale mean_alone(const Matrix& x) {
  return {x.colwise().sum() / static_cast<double>(x.rows()), Eigen::RowVectorXd::Ones(x.cols())};
}

// Shared by all: center and scale from the controls of each group, features without spread dropped
// everywhere.
void center_and_scale(ProfileTable& profiles, const std::vector<std::string>& group,
                      const std::vector<char>& control, const std::string& where, const std::string& spread,
                      CenterAndScale (*estimate)(const Matrix&)) {
  const Groups groups = group_rows(group);
  std::vector<CenterAndScale> estimates;
  std::vector<char> keep(profiles.features.size(), 1);
  std::vector<std::string> reasons(profiles.features.size());
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    const auto chosen = marked_rows(groups.rows[g], control);
    if (chosen.size() < 2) {
      throw Error("'" + groups.names[g] + "' has " + std::to_string(chosen.size()) +
                      " control wells where normalization needs two or more",
                  where, "Check --control, or normalize over all wells with --within all");
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
      row = (row - estimates[g].center).array() / estimates[g].scale.array();
    }
  }
  keep_features(profiles, keep, reasons, where);
}

}  // namespace

void standardize(ProfileTable& profiles, const std::vector<std::string>& group,
                 const std::vector<char>& control, const std::string& where) {
  center_and_scale(profiles, group, control, where, "standard deviation", mean_and_sd);
}

void mad_robustize(ProfileTable& profiles, const std::vector<std::string>& group,
                   const std::vector<char>& control, const std::string& where) {
  center_and_scale(profiles, group, control, where, "MAD", median_and_mad);
}

void center(ProfileTable& profiles, const std::vector<std::string>& group, const std::vector<char>& control,
            const std::string& where) {
  center_and_scale(profiles, group, control, where, "mean", mean_alone);
}

}  // namespace cytoscale::profile
