#include "localize/belief_propagation.hpp"

#include <array>
#include <cmath>

#include "core/error.hpp"

namespace cytoscale::localize {
namespace {

// Messages as log-odds: what comes to a pixel from above, below, left and right.
enum Side : std::size_t { above, below, left, right };
using Messages = std::array<std::vector<double>, 4>;

// What a pixel of log-odds `a` says to a neighbor with whom it agrees by e^J.
double message(double a, double agreement) {
  // log((e^{J+a} + 1) / (e^a + e^J)), without overflow.
  const auto log_sum = [](double x, double y) {
    const double most = std::max(x, y);
    return most + std::log1p(std::exp(-std::abs(x - y)));
  };
  return log_sum(agreement + a, 0) - log_sum(a, agreement);
}

class Grid {
 public:
  Grid(std::span<const float> log_odds, std::span<const float> guide, image::PictureSize size,
       const MrfOptions& options)
      : own_(log_odds),
        guide_(guide),
        height_(static_cast<std::size_t>(size.height)),
        width_(static_cast<std::size_t>(size.width)),
        options_(options) {
    for (auto& side : in_) side.assign(own_.size(), 0.0);
  }

  double belief(std::size_t i) const {
    return double(own_[i]) + in_[above][i] + in_[below][i] + in_[left][i] + in_[right][i];
  }

  void iterate() {
    auto next = in_;
    for (std::size_t y = 0; y < height_; ++y)
      for (std::size_t x = 0; x < width_; ++x) {
        const auto i = y * width_ + x;
        if (x + 1 < width_) exchange(next, i, i + 1, right, left);
        if (y + 1 < height_) exchange(next, i, i + width_, below, above);
      }
    in_ = std::move(next);
  }

 private:
  // Of neighbors i and j; what i hears from j comes from `side`.
  void exchange(Messages& next, std::size_t i, std::size_t j, Side side, Side other) const {
    double agreement = options_.coupling;
    if (options_.contrast > 0) {
      const double step = (double(guide_[i]) - double(guide_[j])) / options_.contrast;
      agreement *= std::exp(-0.5 * step * step);
    }
    next[other][j] = message(belief(i) - in_[side][i], agreement);
    next[side][i] = message(belief(j) - in_[other][j], agreement);
  }

  std::span<const float> own_, guide_;
  std::size_t height_, width_;
  const MrfOptions& options_;
  Messages in_;
};

}  // namespace

void MrfOptions::validate() const {
  if (!(coupling >= 0)) throw Error("must be 0 or more", "--mrf-coupling");
  if (!(contrast >= 0)) throw Error("must be 0 or more", "--mrf-contrast");
  if (iterations < 1) throw Error("must be 1 or more", "--mrf-iterations");
}

std::vector<float> propagate_beliefs(std::span<const float> log_odds, std::span<const float> guide,
                                     image::PictureSize size, const MrfOptions& options) {
  if (log_odds.size() != size.pixels() || (options.contrast > 0 && guide.size() != size.pixels()))
    throw Error("evidence or guide are not of the picture's size", "belief propagation");
  Grid grid(log_odds, guide, size, options);
  for (int i = 0; i < options.iterations; ++i) grid.iterate();
  std::vector<float> beliefs(log_odds.size());
  for (std::size_t i = 0; i < beliefs.size(); ++i)
    beliefs[i] = static_cast<float>(1 / (1 + std::exp(-grid.belief(i))));
  return beliefs;
}

}  // namespace cytoscale::localize
