#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "chart/axes.hpp"
#include "chart/category_lines.hpp"
#include "chart/heat_map.hpp"
#include "chart/histogram.hpp"
#include "chart/intervals.hpp"
#include "chart/line_chart.hpp"
#include "chart/scatter.hpp"
#include "chart/svg.hpp"

namespace cytoscale::chart {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(Svg, TextIsEscaped) {
  EXPECT_EQ(escaped("a<b> & \"c\"\n\x01"), "a&lt;b&gt; &amp; &quot;c&quot;  ");
  EXPECT_THAT(box(0, 0, 1, 1, "#fff", "<x>"), HasSubstr("<title>&lt;x&gt;</title></rect>"));
  EXPECT_EQ(px(-0.04), "0");
  EXPECT_EQ(px(12.25), "12.2");
}

TEST(Axes, NumbersAreRound) {
  EXPECT_THAT(round_numbers(0, 1),
              ElementsAre(0, 0.2, testing::DoubleEq(0.4), testing::DoubleNear(0.6, 1e-12), 0.8, 1));
  EXPECT_THAT(round_numbers(13, 47), ElementsAre(20, 30, 40));
  EXPECT_THAT(round_numbers(5, 5), ElementsAre(5));
  for (const double high : {1e-9, 0.37, 8.0, 123456.0}) {
    const auto numbers = round_numbers(0, high);
    EXPECT_GE(numbers.size(), 2u) << high;
    EXPECT_LE(numbers.size(), 6u) << high;
  }
  EXPECT_EQ(tick_text(0.4, {0, 0.2}), "0.4");
  EXPECT_EQ(tick_text(40, {20, 40}), "40");
}

TEST(Axes, ValuesLieWhereTheirNumbersAre) {
  const Frame frame{10, 20, 100, 50, {0, 2, ""}, {-1, 1, ""}};
  EXPECT_EQ(frame.x(1), 60);
  EXPECT_EQ(frame.y(-1), 70);
  EXPECT_EQ(frame.y(1), 20);
}

TEST(Palette, EndsAndGroupsDiffer) {
  EXPECT_EQ(hex(color_of(Scale::sequential, -1)), hex(color_of(Scale::sequential, 0)));
  EXPECT_EQ(hex(color_of(Scale::diverging, 0.5)), "#f7f7f7");
  EXPECT_NE(group_color(0), group_color(1));
  EXPECT_EQ(group_color(0), group_color(group_colors));
}

TEST(Scatter, FrequentGroupsHaveColors) {
  std::vector<std::string> labels;
  for (int group = 0; group < 40; ++group)
    for (int i = 0; i <= group; ++i) labels.push_back("g" + std::to_string(group));
  const Grouping groups(labels);
  EXPECT_EQ(groups.names.size(), 28u);
  EXPECT_EQ(groups.names.front(), "g12");
  EXPECT_EQ(groups.others, 12u);
  EXPECT_EQ(groups.of.front(), groups.names.size()) << "g0 is rare";
  EXPECT_THAT(scatter_legend(labels), HasSubstr("12 more"));
}

TEST(Scatter, PointsAreNamed) {
  const ScatterMap map{"m", "x", "y", {0, 1}, {0, 1}, {"a", ""}, {"first", "second"}};
  EXPECT_THAT(scatter(map), testing::AllOf(HasSubstr("<title>first</title>"), HasSubstr(no_group)));
  EXPECT_EQ(scatter({}), "");
}

TEST(HeatMap, CellsWithoutAValueAreGray) {
  HeatMap map;
  map.rows = {"A", "B"}, map.columns = {"1", "2"};
  map.values = {0.0, 1.0, std::nullopt, 0.5};
  map.hovers = {"A1", "A2", "B1", "B2"};
  const auto svg = heat_map(map);
  EXPECT_THAT(svg, testing::AllOf(HasSubstr("#f0f0f0"), HasSubstr("#00224e"), HasSubstr("#fee838")));
}

TEST(LineChart, NothingIsDrawnOfNothing) {
  EXPECT_EQ(line_chart({}), "");
  LineChart chart;
  chart.lines = {{"train", {1}, {2}}, {"validation", {}, {}}};
  EXPECT_THAT(line_chart(chart), testing::AllOf(HasSubstr(">train</text>"), Not(HasSubstr("validation"))));
}

TEST(Intervals, RowsOfOneNameAreNamedOnce) {
  IntervalChart chart;
  chart.rows = {{"NSC", "a", 0.5, std::pair{0.4, 0.6}, "h"}, {"NSC", "b", 0.7, {}, "h"}};
  const auto svg = interval_chart(chart);
  EXPECT_EQ(svg.find(">NSC<"), svg.rfind(">NSC<"));
  EXPECT_THAT(svg, testing::AllOf(HasSubstr(">a</text>"), HasSubstr(">b</text>")));
}

TEST(Histogram, BarsCountAllValues) {
  Histogram chart{"l", "focus", "fields", {}, {{0.25, "--drop-blurred 0.25"}}};
  EXPECT_EQ(histogram(chart), "");
  for (int i = 0; i < 1000; ++i) chart.values.push_back(0.5 + 0.001 * i);
  chart.values.push_back(1e6);  // far out: in the last bar
  const auto svg = histogram(chart);
  EXPECT_THAT(svg, HasSubstr("--drop-blurred 0.25</text>"));
  EXPECT_THAT(svg, testing::AllOf(HasSubstr(">focus</text>"), HasSubstr(">fields</text>")));
  EXPECT_THAT(svg, HasSubstr(" and beyond: 1 fields"));
  std::size_t sum = 0;
  for (auto at = svg.find(": "); at != std::string::npos; at = svg.find(": ", at + 1))
    sum += std::strtoul(svg.c_str() + at + 2, nullptr, 10);
  EXPECT_EQ(sum, chart.values.size());
}

TEST(Histogram, OneValueHasABar) {
  EXPECT_THAT(histogram({"l", "x", "fields", {0, 0, 0}, {}}), HasSubstr(": 3 fields"));
  EXPECT_THAT(histogram({"l", "x", "fields", {7}, {{7, "t"}}}), HasSubstr(": 1 fields"));
}

TEST(CategoryLines, AFileIsOnWhite) {
  CategoryLines chart{"l",       "layer", "accuracy, %",
                      {"conv1"}, {"s"},   {{"NSC", {{"s", "conv1", 0.5, std::pair{0.4, 0.6}}}}}};
  EXPECT_THAT(category_lines(chart, true), HasSubstr("fill=\"white\""));
  EXPECT_THAT(category_lines(chart, false),
              testing::AllOf(Not(HasSubstr("fill=\"white\"")), HasSubstr("50.0 % [40.0, 60.0]")));
}

}  // namespace
}  // namespace cytoscale::chart
