#include <algorithm>
#include <cmath>

#include "image/segment/segment_internal.hpp"

namespace cytoscale::image::segment {
namespace {

Nucleus nucleus_of(const Moments& m) {
  Nucleus nucleus;
  const double xx = m.var_x(), yy = m.var_y(), xy = m.covariance();
  const double middle = (xx + yy) / 2, spread = std::hypot((xx - yy) / 2, xy);
  const double ratio = std::max(0.0, middle - spread) / (middle + spread);
  nucleus.y = static_cast<float>(m.y / m.n);
  nucleus.x = static_cast<float>(m.x / m.n);
  nucleus.area_px = static_cast<float>(m.n);
  nucleus.eccentricity = static_cast<float>(std::sqrt(1 - ratio));
  return nucleus;
}

void measure_pixels(Segmentation& result, const Plane& dna) {
  std::vector<double> intensity(result.nuclei.size());
  const auto w = static_cast<std::size_t>(dna.width);
  filters::visit_set(result.labels, [&](std::size_t i) {
    const auto nucleus = std::size_t(result.labels[i]) - 1;
    intensity[nucleus] += dna.pixels[i];
    const auto x = i % w;
    if (i < w || x == 0 || i + w >= dna.pixels.size() || x + 1 == w) result.nuclei[nucleus].border = true;
  });
  for (std::size_t i = 0; i < intensity.size(); ++i) {
    result.nuclei[i].mean_intensity = static_cast<float>(intensity[i] / double(result.nuclei[i].area_px));
  }
}

}  // namespace

void collect(Segmentation& result, Regions regions, const Plane& dna, double least_area, double most_area) {
  const auto sums = measure_moments(regions, dna.width);
  std::vector<std::int32_t> kept;
  for (std::size_t r = 1; r < sums.size(); ++r) {
    if (sums[r].n >= least_area && sums[r].n <= most_area) kept.push_back(static_cast<std::int32_t>(r));
  }
  std::vector<Nucleus> nuclei(sums.size());
  for (const auto r : kept) nuclei[std::size_t(r)] = nucleus_of(sums[std::size_t(r)]);
  std::stable_sort(kept.begin(), kept.end(), [&](std::int32_t a, std::int32_t b) {
    const auto &p = nuclei[std::size_t(a)], &q = nuclei[std::size_t(b)];
    return p.y != q.y ? p.y < q.y : p.x < q.x;
  });
  std::vector<std::int32_t> number(sums.size());
  for (std::size_t i = 0; i < kept.size(); ++i) {
    number[std::size_t(kept[i])] = static_cast<std::int32_t>(i) + 1;
    result.nuclei.push_back(nuclei[std::size_t(kept[i])]);
  }
  filters::visit_set(regions.labels,
                     [&](std::size_t i) { regions.labels[i] = number[std::size_t(regions.labels[i])]; });
  result.labels = std::move(regions.labels);
  measure_pixels(result, dna);
}

}  // namespace cytoscale::image::segment
