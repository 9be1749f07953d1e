#include "image/filter/connected_runs_internal.hpp"
#include "image/filter/filters_internal.hpp"
#include "image/filter/levels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "core/statistics.hpp"
#include "image/filter/gaussian_blur.hpp"

namespace cytoscale::image::filters {
namespace {

Mask random_mask(int height, int width, double share, std::uint64_t stream) {
  Mask mask{height, width, std::vector<std::uint8_t>(std::size_t(height * width))};
  Random random(1, stream);
  for (auto& set : mask.set) set = random.uniform() < share;
  return mask;
}

// Pieces by visiting neighbors one after the other, numbered by their first pixels.
std::vector<std::int32_t> flooded(const std::vector<std::int32_t>& labels, int height, int width) {
  std::vector<std::int32_t> piece(labels.size(), -1);
  std::int32_t count = 0;
  for (std::size_t seed = 0; seed < labels.size(); ++seed) {
    if (piece[seed] >= 0) continue;
    std::vector<std::size_t> members = {seed};
    piece[seed] = count;
    for (std::size_t next = 0; next < members.size(); ++next) {
      const int y = int(members[next]) / width, x = int(members[next]) % width;
      for (const auto& [v, u] : {std::pair(y - 1, x), {y + 1, x}, {y, x - 1}, {y, x + 1}}) {
        const auto j = std::size_t(v) * std::size_t(width) + std::size_t(u);
        if (v < 0 || u < 0 || v >= height || u >= width || piece[j] >= 0 || labels[j] != labels[seed])
          continue;
        piece[j] = count;
        members.push_back(j);
      }
    }
    ++count;
  }
  return piece;
}

TEST(Filters, PiecesAreThoseOfAFlood) {
  for (const auto& [height, width, kinds] :
       {std::tuple(40, 31, 2), {23, 64, 3}, {1, 50, 2}, {50, 1, 2}, {17, 19, 1}}) {
    Random random(2, {std::uint64_t(height)});
    std::vector<std::int32_t> labels(std::size_t(height * width));
    for (auto& label : labels) label = std::int32_t(random.below(std::uint64_t(kinds)));
    const auto pieces = pieces_of(labels, height, width);
    std::vector<std::int32_t> found(labels.size(), -1);
    for (const auto& run : pieces.runs)
      for (std::size_t i = run.first; i <= run.last; ++i) {
        ASSERT_EQ(run.label, labels[i]);
        found[i] = run.piece;
      }
    const auto expected = flooded(labels, height, width);
    EXPECT_EQ(found, expected) << height << " × " << width;
    EXPECT_EQ(pieces.count, *std::max_element(expected.begin(), expected.end()) + 1);
  }
}

TEST(Filters, QuantileOfManyIsThatOfAll) {
  Random random(3, {1});
  for (const double scale : {1.0, 1e-40, 1e30}) {
    std::vector<float> values(100'000);
    for (auto& value : values) value = static_cast<float>(scale * std::round(random.normal(0, 300)) / 10);
    auto sorted = values;
    std::sort(sorted.begin(), sorted.end());
    for (const double fraction : {0.0, 0.25, 0.5, 0.999, 1.0}) {
      EXPECT_EQ(quantile(values, fraction), sorted[std::size_t(fraction * double(sorted.size() - 1) + 0.5)]);
    }
    const Ranks ranks(values);
    EXPECT_EQ(ranks.at(0), sorted.front());
    EXPECT_EQ(ranks.at(sorted.size() - 1), sorted.back());
    for (const std::size_t count : {1u, 2u, 77'777u})
      EXPECT_EQ(ranks.quantile_of_lowest(count, 0.5), sorted[std::size_t(0.5 * double(count - 1) + 0.5)]);
  }
}

TEST(Filters, DistanceIsThatOfTheNearestGap) {
  for (const double share : {0.3, 0.9, 0.99, 1.0}) {
    const auto mask = random_mask(37, 53, share, std::uint64_t(share * 100));
    const auto distance = distance_transform(mask);
    for (int y = 0; y < 37; ++y) {
      for (int x = 0; x < 53; ++x) {
        double nearest = std::hypot(37, 53);
        for (int v = 0; v < 37; ++v) {
          for (int u = 0; u < 53; ++u) {
            if (!mask.set[std::size_t(v * 53 + u)]) nearest = std::min(nearest, std::hypot(v - y, u - x));
          }
        }
        ASSERT_FLOAT_EQ(distance[std::size_t(y * 53 + x)], float(nearest))
            << share << " at " << y << ", " << x;
      }
    }
  }
}

TEST(Filters, MedianIsThatOfTheClippedWindow) {
  Plane plane(23, 31);
  Random random(2, 3);
  for (float& v : plane.pixels) v = float(random.below(4096));
  plane.at(0, 0) = 0;
  plane.at(0, 1) = 4095;  // levels are then whole numbers
  for (const int radius : {1, 4, 40}) {
    const auto median = median_window(plane, radius);
    for (int y = 0; y < 23; ++y) {
      for (int x = 0; x < 31; ++x) {
        std::vector<float> window;
        for (int v = std::max(0, y - radius); v <= std::min(22, y + radius); ++v) {
          for (int u = std::max(0, x - radius); u <= std::min(30, x + radius); ++u)
            window.push_back(plane.at(v, u));
        }
        std::sort(window.begin(), window.end());
        ASSERT_EQ(median.at(y, x), window[window.size() / 2]) << radius << " at " << y << ", " << x;
      }
    }
  }
}

TEST(Filters, BlurKeepsTheSumAndASpotBecomesAGaussian) {
  Plane spot(41, 61);
  spot.at(20, 30) = 1000;
  const auto blurred = gaussian_blur(spot, 2);
  double sum = 0;
  for (const float v : blurred.pixels) sum += v;
  EXPECT_NEAR(sum, 1000, 0.01);
  EXPECT_NEAR(blurred.at(20, 30) / blurred.at(22, 30), std::exp(0.5), 1e-4);
  EXPECT_FLOAT_EQ(blurred.at(18, 30), blurred.at(20, 28));
  const auto narrow = gaussian_blur(Plane(2, 3, 5.0f), 9);  // the window is wider than the plane
  EXPECT_THAT(narrow.pixels, testing::Each(testing::FloatNear(5, 1e-4f)));
}

TEST(Filters, FillsClosedHolesOnly) {
  Mask mask{5, 7, {0, 1, 1, 1, 0, 1, 1,  //
                   0, 1, 0, 1, 0, 1, 0,  // a hole, and a bay that reaches the edge
                   0, 1, 0, 1, 0, 1, 1,  //
                   0, 1, 1, 0, 0, 0, 0,  // a diagonal does not open the hole
                   0, 0, 0, 0, 0, 0, 0}};
  auto limited = mask;
  fill_holes(limited, 1);
  EXPECT_EQ(limited.set, mask.set);
  auto filled = mask;
  fill_holes(filled);
  EXPECT_EQ(filled.set[1 * 7 + 2] + filled.set[2 * 7 + 2], 2);
  EXPECT_EQ(filled.set[1 * 7 + 6] + filled.set[1 * 7 + 4] + filled.set[3 * 7 + 3], 0);
}

TEST(Filters, ShrinkAndEnlargeKeepASlope) {
  Plane slope(64, 48);
  for (int y = 0; y < 64; ++y) {
    for (int x = 0; x < 48; ++x) slope.at(y, x) = float(2 * y - x);
  }
  const auto back = enlarge(shrink(slope, 4), 4, 64, 48);
  for (int y = 2; y < 62; ++y) {
    for (int x = 2; x < 46; ++x) ASSERT_NEAR(back.at(y, x), slope.at(y, x), 1e-3);
  }
  const auto odd = enlarge(shrink(Plane(5, 3, 7.0f), 4), 4, 5, 3);
  EXPECT_THAT(odd.pixels, testing::Each(7.0f));
}

TEST(Filters, RowsOfAnEnlargedPlaneComeInAnyOrder) {
  Plane small(3, 5);
  Random random(9, {2});
  for (float& v : small.pixels) v = float(random.uniform());
  const auto plane = enlarge(small, 4, 11, 18);
  EnlargedRows rows(small.pixels, {3, 5}, 4, {11, 18});
  for (const int y : {10, 0, 0, 7, 1, 9, 5}) {
    const auto row = rows.row(y);
    EXPECT_EQ(std::vector<float>(row.begin(), row.end()),
              std::vector<float>(plane.pixels.begin() + y * 18, plane.pixels.begin() + (y + 1) * 18));
  }
}

TEST(Filters, WhatIsSetIsVisitedInOrder) {
  for (const std::size_t size : {0u, 1u, 31u, 32u, 33u, 200u}) {
    std::vector<std::int32_t> labels(size);
    std::vector<std::uint8_t> set(size);
    std::vector<std::size_t> expected, labeled, found;
    for (const std::size_t i : {0u, 7u, 31u, 32u, 150u, 199u})
      if (i < size) labels[i] = -1 - int(i), set[i] = 1, expected.push_back(i);
    visit_set(labels, [&](std::size_t i) { labeled.push_back(i); });
    visit_set(set, [&](std::size_t i) { found.push_back(i); });
    EXPECT_EQ(labeled, expected) << size;
    EXPECT_EQ(found, expected) << size;
  }
}

TEST(Filters, QuantileIsTheNearestRank) {
  std::vector<float> values = {5, 1, 4, 2, 3};
  EXPECT_EQ(quantile(values, 0), 1);
  EXPECT_EQ(quantile(values, 0.5), 3);
  EXPECT_EQ(quantile(values, 1), 5);
  std::vector<float> none;
  EXPECT_EQ(quantile(none, 0.5), 0);
}

}  // namespace
}  // namespace cytoscale::image::filters
