#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "image/filter/connected_runs_internal.hpp"
#include "image/filter/filters_internal.hpp"

namespace cytoscale::image::filters {
namespace {

// One line of the squared distance transform: the lower envelope of parabolas rooted at f. Far away is `far`.
constexpr std::int64_t far = std::int64_t(1) << 40;

void envelope(const std::int64_t* f, int n, std::int64_t* out, std::vector<int>& root,
              std::vector<double>& from) {
  int last = -1;
  for (int q = 0; q < n; ++q) {
    if (f[q] >= far) continue;
    double start = -1e300;
    while (last >= 0) {
      const int p = root[std::size_t(last)];
      start = (double(f[q] + std::int64_t(q) * q) - double(f[p] + std::int64_t(p) * p)) / (2.0 * (q - p));
      if (start > from[std::size_t(last)]) break;
      --last;
      start = -1e300;
    }
    ++last;
    root[std::size_t(last)] = q;
    from[std::size_t(last)] = start;
  }
  for (int q = 0, k = 0; q < n; ++q) {
    if (last < 0) {
      out[q] = far;
      continue;
    }
    while (k < last && from[std::size_t(k + 1)] < q) ++k;
    const std::int64_t step = q - root[std::size_t(k)];
    out[q] = step * step + f[root[std::size_t(k)]];
  }
}

}  // namespace

std::vector<float> distance_transform(const Mask& mask) {
  const int height = mask.height, width = mask.width;
  const auto w = std::size_t(width);
  // Down and up the columns row by row: the distance to the nearest gap in the same column.
  std::vector<std::int32_t> vertical(mask.size());
  constexpr std::int32_t none = 1 << 20;
  for (int y = 0; y < height; ++y) {
    for (std::size_t x = 0; x < w; ++x) {
      const std::size_t i = std::size_t(y) * w + x;
      vertical[i] = mask.set[i] ? (y ? std::min(vertical[i - w] + 1, none) : none) : 0;
    }
  }
  for (int y = height - 2; y >= 0; --y) {
    for (std::size_t x = 0; x < w; ++x) {
      const std::size_t i = std::size_t(y) * w + x;
      vertical[i] = std::min(vertical[i], vertical[i + w] + 1);
    }
  }
  std::vector<float> distance(mask.size(), 0.0f);
  std::vector<std::int64_t> line(w), squared(w);
  std::vector<int> root(w);
  std::vector<double> from(w + 1);
  const double beyond = std::hypot(height, width);
  for (int y = 0; y < height; ++y) {
    const std::size_t start = std::size_t(y) * w;
    // A run of set pixels with the gap at either end is a line of its own: nothing beyond a gap is nearer
    // than the gap.
    for (std::size_t first = 0; first < w;) {
      if (!mask.set[start + first]) {
        ++first;
        continue;
      }
      std::size_t last = first;
      while (last + 1 < w && mask.set[start + last + 1]) ++last;
      const std::size_t from_x = first ? first - 1 : 0, to_x = std::min(last + 1, w - 1);
      for (std::size_t x = from_x; x <= to_x; ++x) {
        const std::int64_t v = vertical[start + x];
        line[x] = v >= none ? far : v * v;
      }
      envelope(&line[from_x], static_cast<int>(to_x - from_x + 1), &squared[from_x], root, from);
      for (std::size_t x = first; x <= last; ++x) {
        distance[start + x] = static_cast<float>(squared[x] >= far ? beyond : std::sqrt(double(squared[x])));
      }
      first = last + 1;
    }
  }
  return distance;
}

void fill_holes(Mask& mask, std::size_t max_area_px) {
  const auto pieces = pieces_of(mask.set, mask.height, mask.width);
  std::vector<std::size_t> area(static_cast<std::size_t>(pieces.count));
  std::vector<std::uint8_t> open(area.size());
  for (const auto& run : pieces.runs) {
    area[static_cast<std::size_t>(run.piece)] += run.size();
    open[static_cast<std::size_t>(run.piece)] |= pieces.at_edge(run);
  }
  for (const auto& run : pieces.runs) {
    const auto piece = static_cast<std::size_t>(run.piece);
    if (run.label || open[piece] || (max_area_px && area[piece] > max_area_px)) continue;
    std::fill_n(mask.set.begin() + static_cast<std::ptrdiff_t>(run.first), run.size(), std::uint8_t{1});
  }
}

Plane shrink(const Plane& plane, int factor) {
  const int height = (plane.height + factor - 1) / factor, width = (plane.width + factor - 1) / factor;
  Plane small(height, width);
  for (int y = 0; y < height; ++y) {
    const int y_end = std::min((y + 1) * factor, plane.height);
    for (int x = 0; x < width; ++x) {
      const int x_end = std::min((x + 1) * factor, plane.width);
      double sum = 0;
      for (int v = y * factor; v < y_end; ++v) {
        for (int u = x * factor; u < x_end; ++u) sum += plane.at(v, u);
      }
      small.at(y, x) = static_cast<float>(sum / (double(y_end - y * factor) * double(x_end - x * factor)));
    }
  }
  return small;
}

Plane enlarge(const Plane& small, int factor, int height, int width) {
  struct Step {
    int low, high;
    float part;
  };
  const auto steps = [factor](int n, int cells) {
    std::vector<Step> all(static_cast<std::size_t>(n));
    for (int i = 0; i < n; ++i) {
      const double at = std::clamp((i + 0.5) / factor - 0.5, 0.0, double(cells - 1));
      const int low = std::min(static_cast<int>(at), std::max(0, cells - 2));
      all[std::size_t(i)] = {low, std::min(low + 1, cells - 1), static_cast<float>(at - low)};
    }
    return all;
  };
  const auto rows = steps(height, small.height), columns = steps(width, small.width);
  Plane plane(height, width);
  for (int y = 0; y < height; ++y) {
    const auto& r = rows[std::size_t(y)];
    for (int x = 0; x < width; ++x) {
      const auto& c = columns[std::size_t(x)];
      const float top = small.at(r.low, c.low) + c.part * (small.at(r.low, c.high) - small.at(r.low, c.low));
      const float bottom =
          small.at(r.high, c.low) + c.part * (small.at(r.high, c.high) - small.at(r.high, c.low));
      plane.at(y, x) = top + r.part * (bottom - top);
    }
  }
  return plane;
}

Plane median_window(const Plane& plane, int radius_px) {
  constexpr int fine = 4096, ratio = 64;
  const auto [low, high] = std::minmax_element(plane.pixels.begin(), plane.pixels.end());
  const float base = *low, step = (*high - *low) / (fine - 1);
  if (!(step > 0)) return plane;
  std::vector<std::uint16_t> level(plane.pixels.size());
  for (std::size_t i = 0; i < level.size(); ++i) {
    level[i] = static_cast<std::uint16_t>(std::min(fine - 1.0f, std::round((plane.pixels[i] - base) / step)));
  }
  Plane result(plane.height, plane.width);
  std::array<int, fine> counts;
  std::array<int, fine / ratio> coarse;
  for (int y = 0; y < plane.height; ++y) {
    counts.fill(0);
    coarse.fill(0);
    int held = 0;
    const int top = std::max(0, y - radius_px), bottom = std::min(plane.height - 1, y + radius_px);
    const auto add_column = [&](int x, int sign) {
      if (x < 0 || x >= plane.width) return;
      for (int v = top; v <= bottom; ++v) {
        const auto q = level[std::size_t(v) * std::size_t(plane.width) + std::size_t(x)];
        counts[q] += sign;
        coarse[q / ratio] += sign;
      }
      held += sign * (bottom - top + 1);
    };
    for (int x = 0; x < radius_px; ++x) add_column(x, 1);
    for (int x = 0; x < plane.width; ++x) {
      add_column(x + radius_px, 1);
      add_column(x - radius_px - 1, -1);
      int need = held / 2;  // the upper median's rank
      std::size_t block = 0;
      while (need >= coarse[block]) need -= coarse[block++];
      std::size_t q = block * ratio;
      while (need >= counts[q]) need -= counts[q++];
      result.at(y, x) = base + step * static_cast<float>(q);
    }
  }
  return result;
}

}  // namespace cytoscale::image::filters
