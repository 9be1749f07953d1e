#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "image/filter/connected_runs_internal.hpp"
#include "image/filter/gaussian_blur.hpp"
#include "image/segment/segment_internal.hpp"

namespace cytoscale::image::segment {
namespace {

// Pixels of the mask from high relief to low, 4096 steps, ties by position.
std::vector<std::int32_t> downhill_order(const filters::Mask& mask, const std::vector<float>& relief) {
  constexpr int steps = 4096;
  float top = 0;
  std::vector<std::int32_t> pixels;
  filters::visit_set(mask.set, [&](std::size_t i) {
    pixels.push_back(static_cast<std::int32_t>(i));
    top = std::max(top, relief[i]);
  });
  const float scale = top > 0 ? (steps - 1) / top : 0;
  const auto step_of = [&](std::int32_t i) {
    return std::size_t(steps - 1 - static_cast<int>(std::clamp(relief[std::size_t(i)], 0.0f, top) * scale));
  };
  std::vector<std::int32_t> starts(steps + 1);
  for (const auto i : pixels) ++starts[step_of(i) + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<std::int32_t> order(pixels.size());
  for (const auto i : pixels) order[std::size_t(starts[step_of(i)]++)] = i;
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
  const auto w = std::size_t(width);
  if (y > 0 && x > 0 && y + 1 < mask.height && x + 1 < width) {
    // Mostly all that is labeled around is of one label.
    const std::int32_t *at = &labels[i], *up = at - w, *down = at + w;
    const std::array<std::int32_t, 8> around{up[-1], up[0], up[1], at[-1], at[1], down[-1], down[0], down[1]};
    std::int32_t one = 0;
    for (const auto label : around) one = std::max(one, label);
    if (!one) return found;
    bool alike = true;
    for (const auto label : around) alike &= !label || label == one;
    if (alike) {
      found.roots[0] = basins.root(one);
      found.count = 1;
      return found;
    }
  }
  float highest = -1;
  std::int32_t last_label = 0, last_root = 0;  // neighbors are mostly of one basin
  for (int v = std::max(0, y - 1); v <= std::min(mask.height - 1, y + 1); ++v) {
    for (int u = std::max(0, x - 1); u <= std::min(width - 1, x + 1); ++u) {
      const std::size_t j = std::size_t(v) * w + std::size_t(u);
      if (!labels[j] || j == i) continue;
      if (labels[j] != last_label) last_root = basins.root(last_label = labels[j]);
      const auto root = last_root;
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
  filters::visit_set(regions.labels, [&](std::size_t i) {
    auto& n = number[std::size_t(basins.root(regions.labels[i]))];
    if (!n) n = ++regions.count;
    regions.labels[i] = n;
  });
}

void set_run(Regions& regions, const filters::Run& run, std::int32_t label) {
  std::fill_n(regions.labels.begin() + static_cast<std::ptrdiff_t>(run.first), run.size(), label);
}

// The largest 4-connected piece of each region stays; of several the first.
void keep_largest_piece(Regions& regions, int height, int width) {
  const auto pieces = filters::pieces_of(regions.labels, height, width);
  std::vector<std::size_t> size(std::size_t(pieces.count));
  std::vector<std::int32_t> label(std::size_t(pieces.count)), largest(std::size_t(regions.count) + 1, -1);
  for (const auto& run : pieces.runs) {
    size[std::size_t(run.piece)] += run.size();
    label[std::size_t(run.piece)] = run.label;
  }
  for (std::size_t piece = 0; piece < size.size(); ++piece) {
    auto& best = largest[std::size_t(label[piece])];
    if (best < 0 || size[piece] > size[std::size_t(best)]) best = static_cast<std::int32_t>(piece);
  }
  for (const auto& run : pieces.runs)
    if (run.label && run.piece != largest[std::size_t(run.label)]) set_run(regions, run, 0);
}

// Gaps that a single region encloses become its own: nucleoli, and chromatin below the trimming height.
void fill_enclosed(Regions& regions, int height, int width) {
  const auto pieces = filters::pieces_of(regions.labels, height, width);
  constexpr std::int32_t none = 0, open = -1;
  std::vector<std::int32_t> around(std::size_t(pieces.count), none);
  const auto meet = [&](const filters::Run& gap, const filters::Run& other) {
    if (gap.label || !other.label) return;
    auto& seen = around[std::size_t(gap.piece)];
    seen = seen == none || seen == other.label ? other.label : open;
  };
  pieces.visit_touching([&](std::size_t a, std::size_t b) {
    meet(pieces.runs[a], pieces.runs[b]);
    meet(pieces.runs[b], pieces.runs[a]);
  });
  for (const auto& run : pieces.runs)
    if (!run.label && pieces.at_edge(run)) around[std::size_t(run.piece)] = open;
  for (const auto& run : pieces.runs)
    if (const auto label = around[std::size_t(run.piece)]; !run.label && label > 0)
      set_run(regions, run, label);
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
  filters::visit_set(regions.labels, [&](std::size_t i) { ++ends[std::size_t(regions.labels[i]) + 1]; });
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<float> sorted(ends.back());  // values grouped by region
  std::vector<std::size_t> next(ends.begin(), ends.end() - 1);
  filters::visit_set(regions.labels, [&](std::size_t i) {
    sorted[next[std::size_t(regions.labels[i])]++] = smooth.pixels[i];
  });
  std::vector<float> least(std::size_t(regions.count) + 1);
  for (std::size_t r = 1; r < least.size(); ++r) {
    const auto first = sorted.begin() + std::ptrdiff_t(ends[r]),
               last = sorted.begin() + std::ptrdiff_t(ends[r + 1]);
    const auto rank = first + (last - first) * 9 / 10;
    std::nth_element(first, rank, last);
    least[r] = background + static_cast<float>(fraction) * (*rank - background);
  }
  filters::visit_set(regions.labels, [&](std::size_t i) {
    auto& label = regions.labels[i];
    if (smooth.pixels[i] < least[std::size_t(label)]) label = 0;
  });
  keep_largest_piece(regions, smooth.height, smooth.width);
  fill_enclosed(regions, smooth.height, smooth.width);
}

}  // namespace cytoscale::image::segment
