// PCA and factor analysis against scikit-learn (PCA, FactorAnalysis(svd_method='lapack')); golden.py beside
// this file prints the numbers, each component turned so that its loading of largest size is positive.
#include <gtest/gtest.h>

#include "profile/normalize.hpp"
#include "table_support.hpp"

namespace cytoscale::profile {
namespace {

void check(Transform transform, int rows, int columns, const std::vector<double>& fourth, double norm) {
  auto table = waves(rows, columns);
  transform_features(table, transform, static_cast<int>(fourth.size()),
                     std::vector<char>(static_cast<std::size_t>(rows), 1), "test");
  EXPECT_NEAR(table.values.norm(), norm, 1e-7);
  for (std::size_t i = 0; i < fourth.size(); ++i)
    EXPECT_NEAR(table.values(3, static_cast<Eigen::Index>(i)), fourth[i], 1e-7) << enum_name(transform);
  EXPECT_EQ(table.features.size(), fourth.size());
}

TEST(Factors, PcaAgreesWithSklearn) {
  check(Transform::pca, 30, 6, {1.434809836675154, -1.6590596748081052}, 7.475751270430445);
  check(Transform::pca, 9, 12, {-2.6152318425054117, 1.396465494829662, 0.6920905649154716},
        7.936666569342217);
}

TEST(Factors, FactorAnalysisAgreesWithSklearn) {
  check(Transform::factor_analysis, 30, 6, {1.085175534552042, 1.0882609840750603}, 7.271513836675814);
  check(Transform::factor_analysis, 9, 12, {-0.4827407216060187, 0.7367325205839195, -1.7834454287668264},
        5.160085912640099);
}

TEST(Factors, TheNormalizationFollowsTheTransform) {
  NormalizeOptions options;
  options.transform = Transform::pca;
  options.components = 3;
  options.method = Normalization::standardize;
  const std::vector<char> control = {1, 1, 1, 1, 1, 1, 0, 0, 0};
  const auto table = normalize(waves(9, 5), {control, {}, {}}, options, "test");
  EXPECT_EQ(table.features, (std::vector<std::string>{"pca_0", "pca_1", "pca_2"}));
  EXPECT_NEAR(table.values.topRows(6).col(1).sum(), 0, 1e-12);
  EXPECT_NEAR(table.values.topRows(6).col(1).squaredNorm(), 6, 1e-9);
}

TEST(Factors, TooManyComponentsAreRefused) {
  const auto message = message_of([] { fit_factors(waves(9, 5).values, Transform::pca, 6, "wells.csv"); });
  EXPECT_NE(message.find("6 components are asked of 5 features in 9 wells"), std::string::npos) << message;
  EXPECT_NE(message.find("from 1 to 5"), std::string::npos) << message;
}

}  // namespace
}  // namespace cytoscale::profile
