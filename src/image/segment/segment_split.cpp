#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "image/filter/gaussian_blur.hpp"
#include "image/segment/segment_internal.hpp"

namespace cytoscale::image::segment {
namespace {

// Pixels of the mask from high relief to low, 4096 steps, ties by position.
std::vector<std::int32_t> downhill_order(const filters::Mask& mask, const std::vector<float>& relief) {
  constexpr int steps = 4096;
  float top = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask.set[i]) top = std::max(top, relief[i]);
  }
  const float scale = top > 0 ? (steps - 1) / top : 0;
  const auto step_of = [&](std::size_t i) {
    return std::size_t(steps - 1 - static_cast<int>(std::clamp(relief[i], 0.0f, top) * scale));
  };
  std::vector<std::int32_t> starts(steps + 1);
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask.set[i]) ++starts[step_of(i) + 1];
  }
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<std::int32_t> order(static_cast<std::size_t>(starts[steps]));
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask.set[i]) order[std::size_t(starts[step_of(i)]++)] = static_cast<std::int32_t>(i);
  }
  return order;
}

// Basins that may have been joined.
class Basins {
 public:
  std::int32_t add(float peak) {
    parent_.push_back(static_cast<std::int32_t>(parent_.size()));
    peak_.push_back(peak);
    return parent_.back();
  }
  std::int32_t root(std::int32_t a) {
    while (parent_[std::size_t(a)] != a) {
      parent_[std::size_t(a)] = parent_[std::size_t(parent_[std::size_t(a)])];
      a = parent_[std::size_t(a)];
    }
    return a;
  }
  // Two roots meet at a pass of this height; the root of the joined basin, or `a` where they stay apart.
  std::int32_t meet(std::int32_t a, std::int32_t b, float pass, double split_ratio) {
    const float peak_a = peak_[std::size_t(a)], peak_b = peak_[std::size_t(b)];
    if (pass < split_ratio * std::min(peak_a, peak_b)) return a;
    const auto keep = peak_a >= peak_b ? a : b, drop = keep == a ? b : a;
    parent_[std::size_t(drop)] = keep;
    return keep;
  }
  std::size_t size() const { return parent_.size(); }

 private:
  std::vector<std::int32_t> parent_{0};
  std::vector<float> peak_{0};
};

// Roots of the basins around a pixel, that of the highest neighbor first.
struct Neighbors {
  std::array<std::int32_t, 8> roots;
  int count = 0;
};

Neighbors basins_around(std::size_t i, const filters::Mask& mask, const std::vector<float>& relief,
                        const std::vector<std::int32_t>& labels, Basins& basins) {
  const int width = mask.width, y = static_cast<int>(i) / width, x = static_cast<int>(i) % width;
  Neighbors found;
  float highest = -1;
  for (int v = std::max(0, y - 1); v <= std::min(mask.height - 1, y + 1); ++v) {
    for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u) {
      const std::size_t j = std::size_t(v) * std::size_t(width) + std::size_t(u);
      if (!labels[j] || j == i) continue;
      const auto root = basins.root(labels[j]);
      const auto end = found.roots.begin() + found.count;
      auto at = std::find(found.roots.begin(), end, root);
      if (at == end) {
        found.roots[std::size_t(found.count++)] = root;
        at = end;
      }
      if (relief[j] > highest) {
        highest = relief[j];
        std::iter_swap(found.roots.begin(), at);
      }
    }
  }
  return found;
}

void number_regions(Regions& regions, Basins& basins) {
  std::vector<std::int32_t> number(basins.size());
  for (auto& label : regions.labels) {
    if (!label) continue;
    auto& n = number[std::size_t(basins.root(label))];
    if (!n) n = ++regions.count;
    label = n;
  }
}

// The largest 4-connected piece of each region stays.
void keep_largest_piece(Regions& regions, int height, int width) {
  auto& labels = regions.labels;
  std::vector<std::int32_t> piece(labels.size()), largest(std::size_t(regions.count) + 1);
  std::vector<std::size_t> size(std::size_t(regions.count) + 1), members;
  std::int32_t pieces = 0;
  for (std::size_t seed = 0; seed < labels.size(); ++seed) {
    const auto label = labels[seed];
    if (!label || piece[seed]) continue;
    piece[seed] = ++pieces;
    members.assign(1, seed);
    const auto visit = [&](std::size_t j) {
      if (labels[j] != label || piece[j]) return;
      piece[j] = pieces;
      members.push_back(j);
    };
    const auto w = std::size_t(width);
    for (std::size_t next = 0; next < members.size(); ++next) {
      const std::size_t i = members[next], x = i % w, y = i / w;
      if (y > 0) visit(i - w);
      if (y + 1 < std::size_t(height)) visit(i + w);
      if (x > 0) visit(i - 1);
      if (x + 1 < w) visit(i + 1);
    }
    if (members.size() <= size[std::size_t(label)]) continue;
    size[std::size_t(label)] = members.size();
    largest[std::size_t(label)] = pieces;
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] && piece[i] != largest[std::size_t(labels[i])]) labels[i] = 0;
  }
}

// Gaps that a single region encloses become its own: nucleoli, and chromatin below the trimming height.
void fill_enclosed(Regions& regions, int height, int width) {
  auto& labels = regions.labels;
  std::vector<std::uint8_t> seen(labels.size());
  std::vector<std::size_t> gap;
  const auto w = std::size_t(width), h = std::size_t(height);
  for (std::size_t seed = 0; seed < labels.size(); ++seed) {
    if (labels[seed] || seen[seed]) continue;
    gap.assign(1, seed);
    seen[seed] = 1;
    std::int32_t around = 0;
    bool enclosed = true;
    const auto visit = [&](std::size_t j) {
      if (labels[j]) {
        enclosed = enclosed && (around == 0 || around == labels[j]);
        around = labels[j];
      } else if (!seen[j]) {
        seen[j] = 1;
        gap.push_back(j);
      }
    };
    for (std::size_t next = 0; next < gap.size(); ++next) {
      const std::size_t i = gap[next], x = i % w, y = i / w;
      enclosed = enclosed && y > 0 && x > 0 && y + 1 < h && x + 1 < w;
      if (y > 0) visit(i - w);
      if (y + 1 < h) visit(i + w);
      if (x > 0) visit(i - 1);
      if (x + 1 < w) visit(i + 1);
    }
    if (!enclosed) continue;
    for (const std::size_t i : gap) labels[i] = around;
  }
}

}  // namespace

std::vector<float> smooth_distance(const filters::Mask& mask, double sigma_px) {
  Plane distance(mask.height, mask.width);
  distance.pixels = filters::distance_transform(mask);
  return gaussian_blur(distance, sigma_px).pixels;
}

Regions flood(const filters::Mask& mask, const std::vector<float>& relief, double split_ratio) {
  Regions regions;
  regions.labels.assign(mask.size(), 0);
  Basins basins;
  for (const auto index : downhill_order(mask, relief)) {
    const auto i = static_cast<std::size_t>(index);
    const auto around = basins_around(i, mask, relief, regions.labels, basins);
    if (around.count == 0) {
      regions.labels[i] = basins.add(relief[i]);
      continue;
    }
    auto mine = around.roots[0];
    for (int k = 1; k < around.count; ++k) {
      const auto other = basins.root(around.roots[std::size_t(k)]);
      if (other != mine) mine = basins.meet(mine, other, relief[i], split_ratio);
    }
    regions.labels[i] = mine;
  }
  number_regions(regions, basins);
  return regions;
}

void trim(Regions& regions, const Plane& smooth, float background, double fraction) {
  std::vector<std::size_t> ends(std::size_t(regions.count) + 2);
  for (const auto label : regions.labels) ++ends[std::size_t(label) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<float> sorted(regions.labels.size());  // values grouped by region
  std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
  for (std::size_t i = 0; i < sorted.size(); ++i)
    sorted[next[std::size_t(regions.labels[i])]++] = smooth.pixels[i];
  std::vector<float> least(std::size_t(regions.count) + 1);
  for (std::size_t r = 1; r < least.size(); ++r) {
    const auto first = sorted.begin() + std::ptrdiff_t(ends[r]),
               last = sorted.begin() + std::ptrdiff_t(ends[r + 1]);
    const auto rank = first + (last - first) * 9 / 10;
    std::nth_element(first, rank, last);
    least[r] = background + static_cast<float>(fraction) * (*rank - background);
  }
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    auto& label = regions.labels[i];
    if (label && smooth.pixels[i] < least[std::size_t(label)]) label = 0;
  }
  keep_largest_piece(regions, smooth.height, smooth.width);
  fill_enclosed(regions, smooth.height, smooth.width);
}

}  // namespace cytoscale::image::segment
