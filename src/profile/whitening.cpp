#include "profile/whitening.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "profile/algebra/covariance.hpp"
#include "profile/algebra/decompositions.hpp"
#include "profile/algebra/products.hpp"
#include "profile/groups.hpp"

namespace cytoscale::profile {
namespace {

// numpy.linalg.matrix_rank's tolerance.
Eigen::Index rank_of(const Eigen::VectorXd& singular, Eigen::Index rows, Eigen::Index columns) {
  if (singular.size() == 0) return 0;
  const double tiny =
      singular(0) * static_cast<double>(std::max(rows, columns)) * std::numeric_limits<double>::epsilon();
  return (singular.array() > tiny).count();
}

}  // namespace

void whiten(ProfileTable& profiles, const std::vector<char>& control, double lambda, int threads) {
  const auto eigen = symmetric_eigen(uncentered_covariance(profiles.values, marked_rows(control), threads));
  const Matrix rotated = product(profiles.values, eigen.vectors, threads);
  profiles.values = rotated * shifted_power_of_values(eigen.values, lambda, -0.5).asDiagonal();
  rename_features(profiles, "whitened_");
}

void sphere(ProfileTable& profiles, const std::vector<char>& control, Sphering kind, double epsilon,
            std::size_t groups, const std::string& where, int threads) {
  const Matrix x = profiles.values(marked_rows(control), Eigen::all);
  const auto n = x.rows(), d = x.cols();
  auto svd = right_singular(x);
  const auto rank = rank_of(svd.values, n, d);
  if (rank == 0 || (rank != d && rank != n - static_cast<Eigen::Index>(groups))) {
    throw Error("sphering needs controls of full rank: the " + std::to_string(d) + " features of " +
                    std::to_string(n) + " control wells have rank " + std::to_string(rank),
                where, "Drop features that depend on others with --select-features correlation, or whiten");
  }
  Eigen::VectorXd spread = Eigen::VectorXd::Constant(d, svd.values(rank - 1));
  spread.head(rank) = svd.values.head(rank);
  settle_signs(svd.vectors);
  const Eigen::VectorXd scale = std::sqrt(static_cast<double>(n - 1)) / (spread.array() + epsilon);
  const Matrix rotated = product(profiles.values, svd.vectors, threads);
  profiles.values = rotated * scale.asDiagonal();
  if (kind == Sphering::zca) {
    profiles.values = product(profiles.values, svd.vectors.transpose(), threads);
  } else {
    rename_features(profiles, "sphered_");
  }
}

}  // namespace cytoscale::profile
