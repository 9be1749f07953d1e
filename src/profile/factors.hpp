// Principal components and factor analysis of profiles: baselines that need no network (Ljosa et al. 2013;
// Caicedo et al. 2018, Table 2). Definitions and results are scikit-learn's; the sign of each component,
// which they leave open, is such that its loading of largest size is positive.
#pragma once
#include <string>
#include <vector>
#include "core/enum_names.hpp"

#include "profile/profile_table.hpp"

namespace cytoscale::profile {

enum class Transform {
  none,
  pca,             // sklearn.decomposition.PCA: scores along the directions of largest variance
  factor_analysis  // sklearn FactorAnalysis(svd_method='lapack'): posterior means of the factors; at most
                   // 1000 iterations, until the log-likelihood gains less than 0.01
};

// A fitted transform: scores = (x − mean)·project.
struct Factors {
  Eigen::RowVectorXd mean;
  Matrix project;   // [features][components]
  Matrix loadings;  // [components][features]: sklearn's components_
};

// Throws Error: fewer rows or features than components, rows without any spread.
Factors fit_factors(const Matrix& rows, Transform transform, int components, const std::string& where,
                    int threads = 1);

// Fitted on the rows marked, applied to all. Features are renamed pca_0 …, factor_0 ….
void transform_features(ProfileTable& profiles, Transform transform, int components,
                        const std::vector<char>& fit, const std::string& where, int threads = 1);

}  // namespace cytoscale::profile

template <>
struct cytoscale::EnumNames<cytoscale::profile::Transform> {
  static constexpr const char* what = "transform";
  static constexpr EnumName<profile::Transform> all[] = {
      {profile::Transform::none, "none"},
      {profile::Transform::pca, "pca"},
      {profile::Transform::factor_analysis, "factor_analysis"}};
};
