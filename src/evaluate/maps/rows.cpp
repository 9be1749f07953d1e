#include <algorithm>

#include "evaluate/maps/tsne.hpp"
#include "profile/factors.hpp"

namespace cytoscale::evaluate {
namespace {

using profile::Matrix;

Matrix components_of(const Matrix& rows, Eigen::Index count) {
  const auto factors =
      profile::fit_factors(rows, profile::Transform::pca, static_cast<int>(count), "the rows of a map");
  return (rows.rowwise() - factors.mean) * factors.project;
}

}  // namespace

Matrix principal_map(const Matrix& rows, std::size_t most) {
  const auto count = std::min({rows.rows() - 1, rows.cols(), static_cast<Eigen::Index>(most)});
  Matrix places = Matrix::Zero(rows.rows(), std::max(count, Eigen::Index(2)));
  places.leftCols(count) = components_of(rows, count);
  return places;
}

Matrix unit_rows(const Matrix& rows) {
  Matrix unit = rows;
  for (Eigen::Index i = 0; i < unit.rows(); ++i) {
    const double largest = unit.row(i).cwiseAbs().maxCoeff();
    if (!(largest > 0) || !unit.row(i).allFinite()) {
      unit.row(i).setZero();
      continue;
    }
    unit.row(i) /= largest;
    unit.row(i).normalize();
  }
  return unit;
}

Matrix fewer_features(const Matrix& rows, std::size_t most) {
  const auto count = std::min({rows.rows() - 1, rows.cols(), static_cast<Eigen::Index>(most)});
  return count < rows.cols() ? components_of(rows, count) : rows;
}

}  // namespace cytoscale::evaluate
