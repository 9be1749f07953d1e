#include "image/segment/cell_labels.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "image/crop/crop.hpp"
#include "test_support.hpp"

namespace cytoscale::image {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

// Three cells, of which two touch; the third is in two pieces.
LabelMask three_cells() {
  return {4, 6, 3, {1, 1, 2, 2, 0, 0,  //
                    1, 1, 2, 2, 0, 0,  //
                    0, 0, 0, 0, 0, 3,  //
                    0, 3, 0, 0, 0, 0}};
}

std::vector<std::pair<std::size_t, std::size_t>> neighbors(const CellLabels& cells, std::size_t cell,
                                                           long top, long left, PictureSize window) {
  std::vector<std::pair<std::size_t, std::size_t>> found;
  visit_neighbors(cells, cell, top, left, window,
                  [&](std::size_t row, std::size_t column) { found.emplace_back(row, column); });
  return found;
}

TEST(CellLabels, AreFoundByTheirCenters) {
  const std::vector<float> y = {0.5f, 2.5f}, x = {2.5f, 3.0f};  // the first was dropped
  const auto cells = labels_of_cells(three_cells(), y, x, "m.tif");
  ASSERT_EQ(cells.of_cell.size(), 2);
  EXPECT_EQ(cells.of_cell[0], cells.labels[2]);
  EXPECT_EQ(cells.of_cell[1], cells.labels[2 * 6 + 5]);
  EXPECT_EQ(cells.of_cell[1], cells.labels[3 * 6 + 1]);
}

TEST(CellLabels, OfOneCenterEachIsAnother) {
  const LabelMask rings{1, 5, 2, {1, 2, 0, 2, 1}};
  const std::vector<float> y = {0, 0}, x = {2, 2};
  EXPECT_THAT(labels_of_cells(rings, y, x, "m.tif").of_cell, ElementsAre(1, 2));
}

TEST(CellLabels, WhereTheMaskHasNoCellItIsNamed) {
  const std::vector<float> y = {0.5f}, x = {2.75f};
  EXPECT_THAT(message_of([&] { labels_of_cells(three_cells(), y, x, "m.tif"); }),
              AllOf(HasSubstr("m.tif"), HasSubstr("y 0.5, x 2.75"), HasSubstr("run it again")));
}

TEST(CellLabels, NeighborsAreOtherCellsInsideTheFieldAlone) {
  const std::vector<float> y = {0.5f, 0.5f, 2.5f}, x = {0.5f, 2.5f, 3.0f};
  const auto cells = labels_of_cells(three_cells(), y, x, "m.tif");
  // Window 3 × 4 whose corner is above and left of the field: its own pixels and the background stay.
  EXPECT_THAT(neighbors(cells, 0, -1, -1, {3, 4}), ElementsAre(Pair(1, 3), Pair(2, 3)));
  EXPECT_THAT(neighbors(cells, 1, 0, 1, {2, 9}), ElementsAre(Pair(0, 0), Pair(1, 0)));
  // The third has pixels of its own in two places.
  EXPECT_THAT(neighbors(cells, 2, 1, 1, {3, 5}), ElementsAre(Pair(0, 0), Pair(0, 1), Pair(0, 2)));
  EXPECT_TRUE(neighbors(cells, 0, 40, -90, {8, 8}).empty());
  EXPECT_TRUE(neighbors({}, 0, 0, 0, {8, 8}).empty());
}

}  // namespace
}  // namespace cytoscale::image
