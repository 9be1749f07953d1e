#include "profile/factors.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "profile/algebra/decompositions.hpp"
#include "profile/algebra/products.hpp"
#include "profile/groups.hpp"

namespace cytoscale::profile {
namespace {

constexpr int max_iterations = 1000;
constexpr double tolerance = 1e-2, tiny = 1e-12;  // scikit-learn's

// The leading squared singular values of X and their right singular vectors, through the smaller of XᵀX, XXᵀ.
struct Leading {
  Eigen::VectorXd squares;  // falling
  Eigen::MatrixXd vectors;  // [features][components]
  double rest = 0;          // sum of the other squares
};

Leading leading_of(const Eigen::MatrixXd& x, Eigen::Index components, int threads) {
  const bool tall = x.rows() >= x.cols();
  const Matrix squares = gram(tall ? Matrix(x) : Matrix(x.transpose()), threads);
  const auto pairs = symmetric_eigenpairs(squares);
  Leading result;
  result.squares = pairs.values.reverse().head(components).cwiseMax(0.0);
  result.vectors = pairs.vectors.rowwise().reverse().leftCols(components);
  if (!tall) {
    result.vectors = Eigen::MatrixXd(x.transpose() * result.vectors);
    for (Eigen::Index i = 0; i < components; ++i) {
      const double length = result.vectors.col(i).norm();
      if (length > 0) result.vectors.col(i) /= length;
    }
  }
  result.rest = std::max(0.0, squares.trace() - result.squares.sum());
  settle_signs(result.vectors);
  return result;
}

Factors fit_pca(const Eigen::MatrixXd& x, Eigen::RowVectorXd mean, Eigen::Index components, int threads) {
  const auto leading = leading_of(x, components, threads);
  return {std::move(mean), leading.vectors, leading.vectors.transpose()};
}

// Barber, Bayesian Reasoning and Machine Learning (2012), algorithm 21.1, as scikit-learn has it.
Factors fit_factor_analysis(const Eigen::MatrixXd& x, Eigen::RowVectorXd mean, Eigen::Index components,
                            int threads) {
  const double n = static_cast<double>(x.rows());
  const Eigen::ArrayXd variance = x.array().square().colwise().sum().transpose() / n;
  Eigen::ArrayXd noise = Eigen::ArrayXd::Ones(x.cols());
  Eigen::MatrixXd loadings;  // [features][components]
  double before = -std::numeric_limits<double>::infinity();
  for (int iteration = 0; iteration < max_iterations; ++iteration) {
    const Eigen::ArrayXd root = noise.sqrt() + tiny;
    const auto leading =
        leading_of(x * (1.0 / (root * std::sqrt(n))).matrix().asDiagonal(), components, threads);
    const Eigen::VectorXd gain = (leading.squares.array() - 1).max(0.0).sqrt();
    loadings = root.matrix().asDiagonal() * leading.vectors * gain.asDiagonal();
    const double likelihood =
        -n / 2 *
        (static_cast<double>(x.cols()) * std::log(2 * M_PI) + static_cast<double>(components) +
         leading.squares.array().log().sum() + leading.rest + noise.log().sum());
    if (likelihood - before < tolerance) break;
    before = likelihood;
    noise = (variance - loadings.array().square().rowwise().sum()).max(tiny);
  }
  settle_signs(loadings);
  const Eigen::MatrixXd weighted = noise.inverse().matrix().asDiagonal() * loadings;
  const Eigen::MatrixXd inner =
      Eigen::MatrixXd::Identity(components, components) + loadings.transpose() * weighted;
  return {std::move(mean), inner.ldlt().solve(weighted.transpose()).transpose(), loadings.transpose()};
}

}  // namespace

Factors fit_factors(const Matrix& rows, Transform transform, int components, const std::string& where,
                    int threads) {
  const auto most = std::min(rows.rows() - 1, rows.cols());
  if (components < 1 || components > most) {
    throw Error(std::to_string(components) + " components are asked of " + std::to_string(rows.cols()) +
                    " features in " + std::to_string(rows.rows()) + " wells",
                where, "Set --components to a number from 1 to " + std::to_string(most));
  }
  Eigen::RowVectorXd mean = rows.colwise().sum() / static_cast<double>(rows.rows());
  const Eigen::MatrixXd x = rows.rowwise() - mean;
  return transform == Transform::pca ? fit_pca(x, std::move(mean), components, threads)
                                     : fit_factor_analysis(x, std::move(mean), components, threads);
}

void transform_features(ProfileTable& profiles, Transform transform, int components,
                        const std::vector<char>& fit, const std::string& where, int threads) {
  if (transform == Transform::none) return;
  const auto factors =
      fit_factors(profiles.values(marked_rows(fit), Eigen::all), transform, components, where, threads);
  profiles.values = product(profiles.values.rowwise() - factors.mean, factors.project, threads);
  rename_features(profiles, transform == Transform::pca ? "pca_" : "factor_");
}

}  // namespace cytoscale::profile
