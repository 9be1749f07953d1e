// Sphering against pycytominer 1.2.4 (Spherize); the numbers are printed by golden.py beside this file.
#include <gtest/gtest.h>

#include "profile/normalize.hpp"
#include "table_support.hpp"

namespace cytoscale::profile {
namespace {

const std::vector<char> control = {1, 1, 1, 1, 1, 1, 0, 0, 0};

ProfileTable sphered(Normalization method, int columns) {
  NormalizeOptions options;
  options.method = method;
  return normalize(waves(9, columns), {control, {}, {}}, options, "test");
}

struct Expected {
  Normalization method;
  int columns;  // 5: fewer features than controls; 8: more
  double norm, product;
  std::vector<double> last;  // first values of row 8; those of PCA only up to the sign of each direction
};

const Expected expected[] = {
    {Normalization::sphere_pca,
     5,
     47.786115065201116,
     15.101191794695112,
     {0.2988878478815566, -0.4697276912966883, 0.406967093626547}},
    {Normalization::sphere_pca_cor,
     5,
     47.78617819673632,
     15.101229221187193,
     {0.2932457063832466, -0.7683514793677853, -0.11628058279636838}},
    {Normalization::sphere_zca,
     5,
     47.78611506520113,
     15.101191794695126,
     {2.9851154240034794, -13.798898191978429, -16.067016102541647}},
    {Normalization::sphere_zca_cor,
     5,
     47.78617819673632,
     15.101229221187168,
     {2.5457553335361127, -10.871060411648111, -14.641021939024693}},
    {Normalization::sphere_pca,
     8,
     35.244943552805296,
     8.426510758511625,
     {0.5774371175043268, 0.9854244269368275, 0.35339006263717765}},
    {Normalization::sphere_pca_cor,
     8,
     34.73515686387659,
     7.921861892784057,
     {-0.4944669698509368, 1.1903561787772985, -0.20995105202344522}},
    {Normalization::sphere_zca,
     8,
     35.244943552805296,
     8.426510758511622,
     {1.6686171173445192, -3.6150273293285005, -10.053803076360337}},
    {Normalization::sphere_zca_cor,
     8,
     34.7351568638766,
     7.92186189278404,
     {1.4751664599488212, -4.904522736658653, -9.659064405827474}},
};

TEST(Sphering, AgreesWithPycytominer) {
  for (const auto& row : expected) {
    const auto table = sphered(row.method, row.columns);
    const auto what = enum_name(row.method) + " of " + std::to_string(row.columns);
    EXPECT_NEAR(table.values.norm(), row.norm, 1e-7) << what;
    EXPECT_NEAR(table.values.row(0).dot(table.values.row(8)), row.product, 1e-7) << what;
    const bool turned =
        row.method == Normalization::sphere_pca || row.method == Normalization::sphere_pca_cor;
    for (std::size_t i = 0; i < row.last.size(); ++i) {
      const double ours = table.values(8, static_cast<Eigen::Index>(i));
      EXPECT_NEAR(turned ? std::abs(ours) : ours, turned ? std::abs(row.last[i]) : row.last[i], 1e-7) << what;
    }
    EXPECT_EQ(table.features[0], turned ? "sphered_0" : "f0");
  }
}

TEST(Sphering, ControlsBecomeWhite) {
  const auto table = sphered(Normalization::sphere_zca, 4);
  const Matrix x = table.values.topRows(6);
  EXPECT_LT((x.transpose() * x / 5 - Matrix::Identity(4, 4)).norm(), 1e-5);  // up to epsilon
}

TEST(Sphering, PlatesLoseRankEach) {
  NormalizeOptions options;
  options.method = Normalization::sphere_zca;
  options.within = Within::plate;
  const std::vector<std::string> plate = {"a", "a", "a", "b", "b", "b", "a", "b", "b"};
  EXPECT_NO_THROW(normalize(waves(9, 8), {control, plate, {}}, options, "test"));  // rank 4 = 6 − 2
}

TEST(Sphering, DependentFeaturesAreRefused) {
  auto table = waves(9, 4);
  table.values.col(3) = table.values.col(0) + table.values.col(1);
  NormalizeOptions options;
  options.method = Normalization::sphere_zca;
  const auto message = message_of([&] {
    normalize(std::move(table), {control, {}, {}}, options, "wells.csv");
  });
  EXPECT_NE(message.find("the 4 features of 6 control wells have rank 3"), std::string::npos) << message;
  options.epsilon = -1;
  EXPECT_NE(message_of([&] { options.validate(); }).find("--sphering-epsilon"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::profile
