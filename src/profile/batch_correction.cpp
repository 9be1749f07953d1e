#include "profile/batch_correction.hpp"

#include <functional>

#include "core/error.hpp"
#include "profile/algebra/covariance.hpp"
#include "profile/algebra/products.hpp"
#include "profile/groups.hpp"

namespace cytoscale::profile {
namespace {

using CorrectBatch =
    std::function<void(const std::vector<std::size_t>& rows, const std::vector<std::size_t>& controls)>;

void each_batch(const std::vector<std::string>& batch, const std::vector<char>& control,
                const std::string& where, const CorrectBatch& correct) {
  const Groups batches = group_rows(batch);
  for (std::size_t b = 0; b < batches.rows.size(); ++b) {
    const auto chosen = marked_rows(batches.rows[b], control);
    if (chosen.empty()) {
      throw Error("batch '" + batches.names[b] + "' has no control wells to align it by", where,
                  "Use --normalize whiten, or check --control and the batch column");
    }
    correct(batches.rows[b], chosen);
  }
}

Eigen::RowVectorXd mean_of(const Matrix& values, const std::vector<std::size_t>& rows) {
  return values(rows, Eigen::all).colwise().sum() / static_cast<double>(rows.size());
}

}  // namespace

void correct_batches(ProfileTable& profiles, BatchCorrection correction,
                     const std::vector<std::string>& batch, const std::vector<char>& control, double lambda,
                     const std::string& where, int threads) {
  switch (correction) {
    case BatchCorrection::none:
      return;
    case BatchCorrection::coral:
      return coral(profiles, batch, control, lambda, where, threads);
    case BatchCorrection::center:
      return center_batches(profiles, batch, control, where);
  }
}

void coral(ProfileTable& profiles, const std::vector<std::string>& batch, const std::vector<char>& control,
           double lambda, const std::string& where, int threads) {
  const auto power = [&](const std::vector<std::size_t>& rows, double shift, double exponent) {
    return shifted_power(symmetric_eigen(uncentered_covariance(profiles.values, rows, threads)), shift,
                         exponent, threads);
  };
  const Matrix target = power(marked_rows(control), lambda, 0.5);
  each_batch(batch, control, where, [&](const auto& rows, const auto& chosen) {
    const Matrix white = product(profiles.values(rows, Eigen::all), power(chosen, 1.0, -0.5), threads);
    profiles.values(rows, Eigen::all) = product(white, target, threads);
  });
  rename_features(profiles, "coral_");
}

void center_batches(ProfileTable& profiles, const std::vector<std::string>& batch,
                    const std::vector<char>& control, const std::string& where) {
  const Eigen::RowVectorXd target = mean_of(profiles.values, marked_rows(control));
  each_batch(batch, control, where, [&](const auto& rows, const auto& chosen) {
    const Eigen::RowVectorXd shift = target - mean_of(profiles.values, chosen);
    for (const auto row : rows) profiles.values.row(static_cast<Eigen::Index>(row)) += shift;
  });
}

}  // namespace cytoscale::profile
