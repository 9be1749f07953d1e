#include "prepare/cell_filters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/system/files.hpp"
#include "prepare/saturation.hpp"
#include "test_support.hpp"

namespace cytoscale::prepare {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// One plate after the other, four fields each.
screen::Screen screen_of(std::size_t plates) {
  screen::Screen screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (std::size_t i = 0; i < 4 * plates; ++i) {
    const std::string plate = "P" + std::to_string(i / 4 + 1), site = std::to_string(i % 4 + 1);
    screen.fields.push_back({plate, "A01", site, {plate, "A01", site}, {}});
  }
  return screen;
}

// Cells of the areas given, in rows below one another.
store::FieldCells field_of(std::size_t field, const std::vector<float>& areas) {
  store::FieldCells cells;
  cells.field = FieldId(field);
  cells.height = cells.width = 100;
  for (std::size_t i = 0; i < areas.size(); ++i) {
    cells.y.push_back(float(i));
    cells.x.push_back(float(10 * i));
    cells.area_px.push_back(areas[i]);
    cells.mean_intensity.push_back(50);
    cells.eccentricity.push_back(0.5f);
    cells.border.push_back(i == 0);
  }
  cells.focus_score = {1, 1};
  cells.saturated_fraction = {0, 0};
  cells.brightest = {1000, 300};
  cells.brightest_pixels = {1, 1};
  return cells;
}

// What this rank holds: the fields whose number it is.
std::vector<store::FieldCells> mine_of(std::vector<store::FieldCells> all) {
  std::vector<store::FieldCells> mine;
  for (auto& cells : all)
    if (std::size_t(cells.field) % std::size_t(world().size()) == std::size_t(world().rank()))
      mine.push_back(std::move(cells));
  return mine;
}

std::vector<std::int64_t> cells_left(const std::vector<store::FieldCells>& mine, std::size_t fields) {
  std::vector<std::int64_t> own(fields);
  for (const auto& cells : mine) {
    own[std::size_t(cells.field)] = std::int64_t(cells.y.size());
    EXPECT_EQ(cells.area_px.size(), cells.y.size());
    EXPECT_EQ(cells.border.size(), cells.y.size());
  }
  for (auto& count : own) count = world().sum(count);
  return own;
}

TEST(CellFilters, FieldsThatAreBlurredOrSaturatedAreDropped) {
  const auto screen = screen_of(2);
  std::vector<store::FieldCells> all;
  for (std::size_t f = 0; f < 8; ++f) all.push_back(field_of(f, {20, 30, 40}));
  all[1].focus_score = {0.4f, 1};  // below half of its plate's median
  all[2].focus_score = {1, 0.1f};  // another channel has no say
  all[4].saturated_fraction = {0, 0.02f};
  for (const std::size_t f : {4u, 5u, 6u, 7u}) all[f].focus_score = {10, 1};
  all[7] = field_of(7, {});  // an empty field is neither counted nor dropped
  all[7].focus_score = {0.1f, 0};
  auto mine = mine_of(all);
  CellFilters filters;
  filters.blurred = 0.5;
  filters.saturated = 0.01;
  const auto dropped = drop_cells(world(), screen, 0, filters, mine);
  EXPECT_THAT(cells_left(mine, 8), ElementsAre(3, 0, 3, 3, 0, 3, 3, 0));
  ASSERT_EQ(dropped.size(), 2);
  EXPECT_EQ(dropped[0].field, 1);
  EXPECT_EQ(dropped[0].reason, DropReason::blurred);
  EXPECT_EQ(dropped[0].cells, 3);
  EXPECT_FLOAT_EQ(float(dropped[0].value), 0.4f);
  EXPECT_EQ(dropped[0].threshold, 0.5);
  EXPECT_EQ(dropped[1].field, 4);
  EXPECT_EQ(dropped[1].channel, 1);
  for (const auto& cells : mine) EXPECT_EQ(cells.focus_score.size(), 2);  // quality stays
}

TEST(CellFilters, CellsAtTheBorderAndOfOddSizesAreDropped) {
  const auto screen = screen_of(1);
  std::vector<store::FieldCells> all;
  for (std::size_t f = 0; f < 4; ++f) all.push_back(field_of(f, {5, 30, 32, 28, 31}));
  all[3].area_px[2] = 500;
  all[2].area_px[4] = 8;
  CellFilters filters;
  filters.border = true;
  filters.min_area_px = 10;
  filters.outliers = 5;
  auto mine = mine_of(all);
  const auto dropped = drop_cells(world(), screen, 0, filters, mine);
  EXPECT_THAT(cells_left(mine, 4), ElementsAre(4, 4, 3, 3));
  ASSERT_EQ(dropped.size(), 5);
  // The border's cells were too small already: the first reason counts.
  EXPECT_EQ(dropped[2].reason, DropReason::area);
  EXPECT_EQ(dropped[2].cells, 2);
  EXPECT_EQ(dropped[2].value, 5);
  EXPECT_EQ(dropped[4].reason, DropReason::outlying_area);
  EXPECT_EQ(dropped[4].value, 500);
  mine = mine_of(all);
  filters.min_area_px = 0;
  filters.outliers = 0;
  EXPECT_EQ(drop_cells(world(), screen, 0, filters, mine).size(), 4);
  EXPECT_THAT(cells_left(mine, 4), ElementsAre(4, 4, 4, 4));
}

TEST(CellFilters, NothingIsDroppedWithoutAFilter) {
  const auto screen = screen_of(1);
  auto mine = mine_of({field_of(0, {5}), field_of(1, {}), field_of(2, {1, 1e6f}), field_of(3, {7})});
  EXPECT_TRUE(drop_cells(world(), screen, 0, {}, mine).empty());
  EXPECT_THAT(cells_left(mine, 4), ElementsAre(1, 0, 2, 1));
  EXPECT_THAT(message_of([] { CellFilters{.blurred = 1.5}.validate(); }), HasSubstr("--drop-blurred"));
  EXPECT_THAT(message_of([] { CellFilters{.saturated = -1}.validate(); }), HasSubstr("--drop-saturated"));
  EXPECT_THAT(message_of([] { CellFilters{.outliers = -2}.validate(); }), HasSubstr("--drop-outliers"));
}

TEST(CellFilters, TheTableHasARowForEachReason) {
  const auto path = fresh_folder("dropped") / "dropped.csv";
  if (world().rank() == 0) {
    write_dropped(path, screen_of(1),
                  {{1, DropReason::blurred, 0, 3, 0.4, 0.5}, {2, DropReason::border, -1, 1, 1, 0}});
    EXPECT_EQ(read_file(path),
              "Metadata_Plate,Metadata_Well,Metadata_Site,reason,channel,cells,value,threshold\n"
              "P1,A01,2,blurred,DNA,3,0.4,0.5\nP1,A01,3,border,,1,1,0\n");
  }
}

TEST(Saturation, ThePlateTellsItsCeiling) {
  EXPECT_TRUE(is_ceiling(4095));
  EXPECT_TRUE(is_ceiling(255));
  EXPECT_TRUE(is_ceiling(65535));
  EXPECT_TRUE(is_ceiling(65520));  // 12 bits at the top of 16
  EXPECT_FALSE(is_ceiling(4094));
  EXPECT_FALSE(is_ceiling(127));
  EXPECT_FALSE(is_ceiling(4095.5f));
  const auto screen = screen_of(2);
  std::vector<store::FieldCells> all;
  for (std::size_t f = 0; f < 8; ++f) all.push_back(field_of(f, {20}));
  all[1].brightest[0] = all[3].brightest[0] = 4095;
  all[1].brightest_pixels[0] = 100;
  all[3].brightest_pixels[0] = 1;
  all[5].brightest[0] = 4095;  // alone on its plate
  auto mine = mine_of(all);
  apply_ceilings(world(), screen, mine);
  for (const auto& cells : mine) {
    const auto f = std::size_t(cells.field);
    EXPECT_EQ(cells.saturated_fraction[0], f == 1 ? 0.01f : f == 3 ? 0.0001f : 0.0f) << f;
    EXPECT_EQ(cells.saturated_fraction[1], 0);
  }
}

}  // namespace
}  // namespace cytoscale::prepare
