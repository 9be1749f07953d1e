#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include "core/vector_clones.hpp"
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

constexpr std::int32_t no_gap = 1 << 20;

// Down and up the columns row by row: the distance to the nearest gap in the same column.
CYTO_VECTOR_CLONES std::vector<std::int32_t> distance_in_columns(const Mask& mask) {
  const auto w = std::size_t(mask.width);
  std::vector<std::int32_t> vertical(mask.size());
  for (std::size_t x = 0; x < w && mask.height > 0; ++x) vertical[x] = mask.set[x] ? no_gap : 0;
  for (int y = 1; y < mask.height; ++y) {
    std::int32_t* row = &vertical[std::size_t(y) * w];
    const std::int32_t* above = row - w;
    const std::uint8_t* set = &mask.set[std::size_t(y) * w];
    for (std::size_t x = 0; x < w; ++x)
      row[x] = std::min(above[x] + 1, no_gap) & -static_cast<std::int32_t>(set[x]);
  }
  for (int y = mask.height - 2; y >= 0; --y) {
    std::int32_t* row = &vertical[std::size_t(y) * w];
    for (std::size_t x = 0; x < w; ++x) row[x] = std::min(row[x], row[x + w] + 1);
  }
  return vertical;
}

CYTO_VECTOR_CLONES void interpolate(const float* top, const float* bottom, float part, std::span<float> out) {
  for (std::size_t x = 0; x < out.size(); ++x) out[x] = top[x] + part * (bottom[x] - top[x]);
}

}  // namespace

std::vector<float> distance_transform(const Mask& mask) {
  const int height = mask.height, width = mask.width;
  const auto w = std::size_t(width);
  const auto vertical = distance_in_columns(mask);
  std::vector<float> distance(mask.size(), 0.0f);
  std::vector<std::int64_t> line(w), squared(w);
  std::vector<int> root(w);
  std::vector<double> from(w + 1);
  const double beyond = std::hypot(height, width);
  for (int y = 0; y < height; ++y) {
    const std::size_t start = std::size_t(y) * w;
    // A run of set pixels with the gap at either end is a line of its own: nothing beyond a gap is nearer
    // than the gap.
    const auto* row = mask.set.data() + start;
    for (std::size_t first = 0; first < w;) {
      const auto* set = static_cast<const std::uint8_t*>(std::memchr(row + first, 1, w - first));
      if (set == nullptr) break;
      first = std::size_t(set - row);
      const auto* gap = static_cast<const std::uint8_t*>(std::memchr(set, 0, w - first));
      const std::size_t last = (gap ? std::size_t(gap - row) : w) - 1;
      const std::size_t from_x = first ? first - 1 : 0, to_x = std::min(last + 1, w - 1);
      for (std::size_t x = from_x; x <= to_x; ++x) {
        const std::int64_t v = vertical[start + x];
        line[x] = v >= no_gap ? far : v * v;
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
  std::vector<double> sums(static_cast<std::size_t>(width));
  for (int y = 0; y < height; ++y) {
    const int y_end = std::min((y + 1) * factor, plane.height);
    std::fill(sums.begin(), sums.end(), 0.0);
    for (int v = y * factor; v < y_end; ++v) {
      const float* row = &plane.pixels[plane.index(v, 0)];
      for (int x = 0; x < width; ++x) {
        const int x_end = std::min((x + 1) * factor, plane.width);
        double sum = sums[std::size_t(x)];
        for (int u = x * factor; u < x_end; ++u) sum += row[u];
        sums[std::size_t(x)] = sum;
      }
    }
    for (int x = 0; x < width; ++x) {
      const int x_end = std::min((x + 1) * factor, plane.width);
      small.at(y, x) = static_cast<float>(sums[std::size_t(x)] /
                                          (double(y_end - y * factor) * double(x_end - x * factor)));
    }
  }
  return small;
}

EnlargedRows::EnlargedRows(std::span<const float> small, PictureSize small_size, int factor, PictureSize size)
    : small_(small), small_size_(small_size), factor_(factor), row_(static_cast<std::size_t>(size.width)) {
  for (int x = 0; x < size.width; ++x) columns_.push_back(step_at(x, factor, small_size.width));
  wide_.fill(row_);
}

EnlargedRows::Step EnlargedRows::step_at(int pixel, int factor, int squares) {
  const double at = std::clamp((pixel + 0.5) / factor - 0.5, 0.0, double(squares - 1));
  const int low = std::min(static_cast<int>(at), std::max(0, squares - 2));
  return {low, std::min(low + 1, squares - 1), static_cast<float>(at - low)};
}

const float* EnlargedRows::widened(int small_row) {
  auto& wide = wide_[std::size_t(small_row % 2)];
  if (std::exchange(held_[std::size_t(small_row % 2)], small_row) == small_row) return wide.data();
  const float* row = &small_[std::size_t(small_row) * std::size_t(small_size_.width)];
  for (std::size_t x = 0; x < wide.size(); ++x) {
    const auto& step = columns_[x];
    wide[x] = row[step.low] + step.part * (row[step.high] - row[step.low]);
  }
  return wide.data();
}

std::span<const float> EnlargedRows::row(int y) {
  const auto step = step_at(y, factor_, small_size_.height);
  interpolate(widened(step.low), widened(step.high), step.part, row_);
  return row_;
}

Plane enlarge(const Plane& small, int factor, int height, int width) {
  Plane plane(height, width);
  EnlargedRows rows(small.pixels, {small.height, small.width}, factor, {height, width});
  for (int y = 0; y < height; ++y) {
    const auto row = rows.row(y);
    std::copy(row.begin(), row.end(), plane.pixels.begin() + static_cast<std::ptrdiff_t>(plane.index(y, 0)));
  }
  return plane;
}

}  // namespace cytoscale::image::filters
