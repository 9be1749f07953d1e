#include "evaluate/maps/tsne.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/expect.hpp"
#include "core/system/stop_request.hpp"
#include "core/threads/worker_pool.hpp"
#include "core/vector_clones.hpp"

namespace cytoscale::evaluate {
namespace {

using profile::Matrix;

constexpr double smallest = std::numeric_limits<double>::epsilon();
constexpr double exaggeration = 12;
constexpr int early_steps = 250, check_every = 50, patience = 300;  // scikit-learn's
constexpr double least_gradient = 1e-7;

Matrix squared_distances(const Matrix& rows) {
  const Eigen::VectorXd squares = rows.rowwise().squaredNorm();
  Matrix distances = (-2.0 * rows * rows.transpose()).eval();
  distances.rowwise() += squares.transpose();
  distances.colwise() += squares;
  return distances.cwiseMax(0.0);
}

// Of the neighbors of row i, so that their distribution has this perplexity (a bisection of its precision).
void conditional(Matrix& distances, Eigen::Index i, double log_perplexity) {
  const auto n = distances.cols();
  Eigen::ArrayXd p(n);
  double precision = 1, low = -std::numeric_limits<double>::infinity(),
         high = std::numeric_limits<double>::infinity();
  // Relative to the nearest: weights of far points would all vanish otherwise.
  double nearest = std::numeric_limits<double>::infinity();
  for (Eigen::Index j = 0; j < n; ++j)
    if (j != i) nearest = std::min(nearest, distances(i, j));
  for (int step = 0; step < 100; ++step) {
    p = (-(distances.row(i).transpose().array() - nearest) * precision).exp();
    p[i] = 0;
    const double sum = std::max(p.sum(), smallest);
    p /= sum;
    const double entropy =
        std::log(sum) + precision * (((distances.row(i).transpose().array() - nearest) * p).sum());
    const double excess = entropy - log_perplexity;
    if (std::abs(excess) <= 1e-5) break;
    if (excess > 0) {
      low = precision;
      precision = std::isinf(high) ? 2 * precision : (precision + high) / 2;
    } else {
      high = precision;
      precision = std::isinf(low) ? precision / 2 : (precision + low) / 2;
    }
  }
  distances.row(i) = p.transpose();
}

// Symmetric, sum 1: [n][n] as float.
Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> joint(const Matrix& rows,
                                                                            double perplexity,
                                                                            WorkerPool& pool) {
  Matrix p = squared_distances(rows);
  const auto n = p.rows();
  pool.run(static_cast<std::size_t>(n),
           [&](std::size_t i, int) { conditional(p, static_cast<Eigen::Index>(i), std::log(perplexity)); });
  for (Eigen::Index i = 0; i < n; ++i)
    for (Eigen::Index j = 0; j < i; ++j) p(i, j) = p(j, i) = p(i, j) + p(j, i);
  const double sum = std::max(p.sum(), smallest);
  return (p / sum).cwiseMax(smallest).cast<float>();
}

// What pairs with row i add: of its forces and of the normalization of the map's distribution.
struct RowSums {
  double pull_x = 0, pull_y = 0, push_x = 0, push_y = 0, weight = 0;
};

// Sums of eight lanes, so that the compiler takes several pairs at once; their order is settled.
CYTO_VECTOR_CLONES RowSums sums_of_row(const float* p, const float* xs, const float* ys, std::size_t i,
                                       std::size_t n) {
  constexpr std::size_t lanes = 8;
  float pull_x[lanes] = {}, pull_y[lanes] = {}, push_x[lanes] = {}, push_y[lanes] = {}, weight[lanes] = {};
  const float x = xs[i], y = ys[i];
  for (std::size_t j = 0; j < n; j += lanes)  // padded with far points, whose p is 0
    for (std::size_t k = 0; k < lanes; ++k) {
      const float dx = x - xs[j + k], dy = y - ys[j + k];
      const float q = 1.0f / (1.0f + dx * dx + dy * dy);
      const float pq = p[j + k] * q, qq = q * q;
      pull_x[k] += pq * dx, pull_y[k] += pq * dy;
      push_x[k] += qq * dx, push_y[k] += qq * dy;
      weight[k] += q;
    }
  RowSums sums;
  for (std::size_t k = 0; k < lanes; ++k) {
    sums.pull_x += pull_x[k], sums.pull_y += pull_y[k];
    sums.push_x += push_x[k], sums.push_y += push_y[k];
    sums.weight += weight[k];
  }
  sums.weight -= 1;  // of the row with itself
  return sums;
}

class Descent {
 public:
  Descent(const Matrix& rows, double perplexity, WorkerPool& pool)
      : n_(static_cast<std::size_t>(rows.rows())), padded_((n_ + 7) / 8 * 8), pool_(pool) {
    const auto p = joint(rows, perplexity, pool);
    p_.assign(n_ * padded_, 0.0f);
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < n_; ++j)
        if (i != j) p_[i * padded_ + j] = p(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
    // Where the padding lies, far from all: its weight is too small to count.
    xs_.assign(padded_, 1e15f), ys_.assign(padded_, 1e15f);
  }

  // The gradient's squared length; `factor` is the exaggeration of p.
  double gradient(const Matrix& places, double factor, Matrix& out) {
    for (std::size_t i = 0; i < n_; ++i) {
      xs_[i] = static_cast<float>(places(static_cast<Eigen::Index>(i), 0));
      ys_[i] = static_cast<float>(places(static_cast<Eigen::Index>(i), 1));
    }
    sums_.resize(n_);
    constexpr std::size_t block = 64;
    pool_.run((n_ + block - 1) / block, [&](std::size_t b, int) {
      for (std::size_t i = b * block; i < std::min(n_, (b + 1) * block); ++i)
        sums_[i] = sums_of_row(p_.data() + i * padded_, xs_.data(), ys_.data(), i, padded_);
    });
    double weight = 0;
    for (const auto& row : sums_) weight += row.weight;
    weight_ = weight = std::max(weight, smallest);
    for (std::size_t i = 0; i < n_; ++i) {
      const auto& row = sums_[i];
      out(static_cast<Eigen::Index>(i), 0) = 4 * (factor * row.pull_x - row.push_x / weight);
      out(static_cast<Eigen::Index>(i), 1) = 4 * (factor * row.pull_y - row.push_y / weight);
    }
    return out.squaredNorm();
  }

  double kl_divergence(double factor = 1) const {
    double sum = 0;
    for (std::size_t i = 0; i < n_; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const double dx = double(xs_[i]) - xs_[j], dy = double(ys_[i]) - ys_[j];
        const double q = std::max(1 / (1 + dx * dx + dy * dy) / weight_, smallest);
        const double p = factor * p_[i * padded_ + j];
        sum += 2 * p * std::log(std::max(p, smallest) / q);
      }
    return sum;
  }

  // From step `first` until `last`, or where it no longer gets better.
  double descend(Matrix& places, int first, int last, double momentum, double factor, double rate) {
    Matrix update = Matrix::Zero(places.rows(), 2), gains = Matrix::Ones(places.rows(), 2),
           slope(places.rows(), 2);
    double best = std::numeric_limits<double>::max(), divergence = best;
    int best_step = first;
    for (int step = first; step < last; ++step) {
      heed_stop_request();
      const double length = std::sqrt(gradient(places, factor, slope));
      const bool check = (step + 1) % check_every == 0 || step + 1 == last;
      if (check) divergence = kl_divergence(factor);
      for (Eigen::Index i = 0; i < slope.size(); ++i) {
        double& gain = gains.data()[i];
        gain = update.data()[i] * slope.data()[i] < 0 ? gain + 0.2 : gain * 0.8;
        gain = std::max(gain, 0.01);
        update.data()[i] = momentum * update.data()[i] - rate * gain * slope.data()[i];
        places.data()[i] += update.data()[i];
      }
      if (!check) continue;
      if (divergence < best) {
        best = divergence, best_step = step;
      } else if (step - best_step > patience) {
        break;
      }
      if (length <= least_gradient) break;
    }
    gradient(places, 1, slope);  // the map's distribution as it ends
    return kl_divergence();
  }

 private:
  std::size_t n_, padded_;
  WorkerPool& pool_;
  std::vector<float> p_, xs_, ys_;
  std::vector<RowSums> sums_;
  double weight_ = 1;
};

}  // namespace

Tsne tsne(const Matrix& rows, const TsneOptions& options) {
  const auto n = static_cast<std::size_t>(rows.rows());
  if (n < 4 || n > most_tsne_points)
    throw Error("a t-SNE map takes 4 to " + std::to_string(most_tsne_points) + " points, these are " +
                std::to_string(n));
  Tsne result;
  result.perplexity = std::min(options.perplexity, static_cast<double>(n - 1) / 3);
  result.places = principal_map(rows);
  const double spread =
      std::sqrt((result.places.col(0).array() - result.places.col(0).mean()).square().mean());
  if (!(spread > 0)) throw Error("all points of the t-SNE map are alike");
  result.places *= 1e-4 / spread;
  WorkerPool pool(std::max(1, options.threads));
  Descent descent(rows, result.perplexity, pool);
  const double rate = std::max(static_cast<double>(n) / exaggeration / 4, 50.0);
  const int early = std::min(early_steps, options.steps);
  descent.descend(result.places, 0, early, 0.5, exaggeration, rate);
  result.kl_divergence = descent.descend(result.places, early, options.steps, 0.8, 1, rate);
  return result;
}

double trustworthiness(const Matrix& rows, const Matrix& places, std::size_t neighbors) {
  const auto n = static_cast<std::size_t>(rows.rows());
  CYTO_EXPECT(2 * neighbors < n);
  double penalty = 0;
  std::vector<std::size_t> order(n), rank(n), near(n);
  const auto sort_by_distance = [n](const Matrix& of, std::size_t i, std::vector<std::size_t>& to) {
    const Eigen::VectorXd distance =
        (of.rowwise() - of.row(static_cast<Eigen::Index>(i))).rowwise().squaredNorm();
    for (std::size_t j = 0; j < n; ++j) to[j] = j;
    std::stable_sort(to.begin(), to.end(), [&](std::size_t a, std::size_t b) {
      if (a == i || b == i) return a == i && b != i;  // itself first
      return distance[static_cast<Eigen::Index>(a)] < distance[static_cast<Eigen::Index>(b)];
    });
  };
  for (std::size_t i = 0; i < n; ++i) {
    sort_by_distance(rows, i, order);
    sort_by_distance(places, i, near);
    for (std::size_t k = 0; k < n; ++k) rank[order[k]] = k;
    for (std::size_t k = 1; k <= neighbors; ++k)
      if (rank[near[k]] > neighbors) penalty += static_cast<double>(rank[near[k]] - neighbors);
  }
  const double size = static_cast<double>(n), k = static_cast<double>(neighbors);
  return 1 - penalty * 2 / (size * k * (2 * size - 3 * k - 1));
}

}  // namespace cytoscale::evaluate
