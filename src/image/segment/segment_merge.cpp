#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <set>
#include <tuple>

#include "image/segment/segment_internal.hpp"

namespace cytoscale::image::segment {
namespace {

// Area over that of the ellipse with the same second moments: 1 for an ellipse, 0.9 for two equal discs that
// touch. The moments are those of measure_moments.
double ellipticity(const Moments& m) {
  return m.n / (4 * 3.14159265358979 *
                std::sqrt(std::max(1e-12, m.var_x() * m.var_y() - m.covariance() * m.covariance())));
}

class Merger {
 public:
  Merger(const Regions& regions, int height, int width, double most_area_px)
      : moments_(measure_moments(regions, width)),
        touching_(moments_.size()),
        into_(moments_.size()),
        most_area_px_(most_area_px) {
    std::iota(into_.begin(), into_.end(), 0);
    const auto w = std::size_t(width), h = std::size_t(height);
    filters::visit_set(regions.labels, [&](std::size_t i) {
      if (i % w + 1 < w) meet(regions.labels[i], regions.labels[i + 1]);
      if (i / w + 1 < h) meet(regions.labels[i], regions.labels[i + w]);
    });
    for (std::size_t a = 1; a < touching_.size(); ++a) propose_all(static_cast<std::int32_t>(a));
  }

  // Best pairs first; the number that each region ends up with.
  std::vector<std::int32_t> run() {
    while (!pairs_.empty()) {
      const auto [score, first, second, area] = pairs_.top();
      pairs_.pop();
      const auto a = std::size_t(-first), b = std::size_t(-second);
      if (into_[a] != -first || into_[b] != -second || moments_[a].n + moments_[b].n != area)
        continue;  // outdated
      join(a, b);
      propose_all(-first);
    }
    for (std::size_t r = into_.size(); r-- > 0;) into_[r] = final_of(static_cast<std::int32_t>(r));
    return into_;
  }

 private:
  void meet(std::int32_t a, std::int32_t b) {
    if (!a || !b || a == b) return;
    touching_[std::size_t(a)].insert(b);
    touching_[std::size_t(b)].insert(a);
  }

  void propose_all(std::int32_t a) {
    for (const auto b : touching_[std::size_t(a)]) {
      const auto both = moments_[std::size_t(a)] + moments_[std::size_t(b)];
      if (both.n > most_area_px_) continue;
      const double score = ellipticity(both);
      if (score >= ellipse_ratio) pairs_.emplace(score, -std::min(a, b), -std::max(a, b), both.n);
    }
  }

  void join(std::size_t a, std::size_t b) {
    moments_[a] = moments_[a] + moments_[b];
    into_[b] = static_cast<std::int32_t>(a);
    for (const auto other : touching_[b]) {
      touching_[std::size_t(other)].erase(static_cast<std::int32_t>(b));
      if (std::size_t(other) != a) meet(static_cast<std::int32_t>(a), other);
    }
    touching_[b].clear();
  }

  std::int32_t final_of(std::int32_t r) const {
    while (into_[std::size_t(r)] != r) r = into_[std::size_t(r)];
    return r;
  }

  std::vector<Moments> moments_;
  std::vector<std::set<std::int32_t>> touching_;
  std::vector<std::int32_t> into_;
  // (ellipticity, -lower label, -higher label, joint area): the top is the best, ties to the lowest labels.
  std::priority_queue<std::tuple<double, std::int32_t, std::int32_t, double>> pairs_;
  double most_area_px_;
};

}  // namespace

std::vector<Moments> measure_moments(const Regions& regions, int width) {
  std::vector<Moments> all(std::size_t(regions.count) + 1);
  const auto w = std::size_t(width);
  filters::visit_set(regions.labels, [&](std::size_t i) {
    const double x = double(i % w), y = double(i / w);
    auto& m = all[std::size_t(regions.labels[i])];
    m = m + Moments{1, x, y, x * x, x * y, y * y};
  });
  return all;
}

void merge_into_ellipses(Regions& regions, int height, int width, double most_area_px) {
  const auto into = Merger(regions, height, width, most_area_px).run();
  filters::visit_set(regions.labels,
                     [&](std::size_t i) { regions.labels[i] = into[std::size_t(regions.labels[i])]; });
}

}  // namespace cytoscale::image::segment
