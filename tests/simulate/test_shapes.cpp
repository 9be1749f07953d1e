#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "simulate/shapes.hpp"
#include "test_support.hpp"

namespace cytoscale::simulate {
namespace {

// Oracle: Sailem et al. 2017 §3.1, as method.md §6 has it.
TEST(Shapes, AreAsThePaperHasThem) {
  const ShapeSettings settings;
  std::set<std::size_t> counts, circles;
  for (int i = 0; i < 300; ++i)
    for (const bool positive : {false, true}) {
      const auto field = make_shape_field(settings, positive, i);
      counts.insert(field.shapes.size());
      ASSERT_EQ(field.picture.size(), 210u * 280u);
      const auto round =
          std::count_if(field.shapes.begin(), field.shapes.end(), [](const auto& s) { return s.circle; });
      EXPECT_EQ(round, positive ? std::lround(0.1 * static_cast<double>(field.shapes.size())) : 0);
      if (positive) circles.insert(static_cast<std::size_t>(round));
      for (const auto& shape : field.shapes) {
        EXPECT_GE(shape.longer, 15);
        EXPECT_LE(shape.longer, 20);
        EXPECT_NEAR(shape.shorter, shape.longer * (shape.circle ? 1 : 0.6), 1e-9);
        EXPECT_GE(shape.y - shape.half_height(), -1e-9);
        EXPECT_LE(shape.x + shape.half_width(), 279 + 1e-9);
      }
    }
  EXPECT_EQ(*counts.begin(), 30u);
  EXPECT_EQ(*counts.rbegin(), 48u);
  EXPECT_EQ(circles, (std::set<std::size_t>{3, 4, 5}));
}

// The area of what is painted, and its box, are those of the shape: one object alone.
TEST(Shapes, ArePaintedWithTheirAreaAndBox) {
  ShapeSettings settings;
  settings.fewest = settings.most = 1;
  for (int i = 0; i < 20; ++i)
    for (const bool positive : {false, true}) {
      if (positive) settings.circle_share = 1;
      const auto field = make_shape_field(settings, positive, i);
      const auto& shape = field.shapes.front();
      double area = 0;
      int top = 210, bottom = -1, left = 280, right = -1;
      for (int row = 0; row < 210; ++row)
        for (int column = 0; column < 280; ++column) {
          const double value = field.picture[static_cast<std::size_t>(row * 280 + column)] / 40000.0;
          const double covered = (value - 0.1) / (shape.light - 0.1);
          area += covered;
          if (covered < 0.02) continue;
          top = std::min(top, row), bottom = std::max(bottom, row);
          left = std::min(left, column), right = std::max(right, column);
        }
      EXPECT_NEAR(area, std::acos(-1) / 4 * shape.longer * shape.shorter, 0.03 * area);
      EXPECT_NEAR(top, shape.y - shape.half_height(), 1);
      EXPECT_NEAR(bottom, shape.y + shape.half_height(), 1);
      EXPECT_NEAR(left, shape.x - shape.half_width(), 1);
      EXPECT_NEAR(right, shape.x + shape.half_width(), 1);
    }
}

TEST(Shapes, AreTheSameForAnyNumberOfRanks) {
  ShapeSettings settings;
  settings.fields_per_class = 9;
  settings.output = fresh_folder("shapes_together");
  simulate_shapes(settings, world(), SteadyClock());
  if (!world().root()) return;
  const auto together = settings.output;
  settings.output = together.parent_path() / "shapes_alone";
  simulate_shapes(settings, mpi::Communicator::self(), SteadyClock());
  for (const auto* name : {"truth.csv", "screen.csv", "images/train/N0001.tif", "images/test/P0009.tif"})
    EXPECT_EQ(read_file(together / name), read_file(settings.output / name)) << name;
  const auto manifest = read_csv(together / "screen.csv");
  EXPECT_EQ(manifest.rows.size(), 18u);
  EXPECT_EQ(std::count_if(manifest.rows.begin(), manifest.rows.end(),
                          [](const auto& row) { return row[0] == "test"; }),
            6);
}

TEST(Shapes, BadSettingsAreRefused) {
  ShapeSettings settings;
  settings.circle_share = 0;
  EXPECT_NE(message_of([&] { settings.validate(); }).find("--circle-share"), std::string::npos);
}

}  // namespace
}  // namespace cytoscale::simulate
