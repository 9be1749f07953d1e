// Scores of a localization, on pictures small enough to count.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "core/error.hpp"
#include "image/lettering.hpp"
#include "localize/field_localizer.hpp"
#include "localize/ground_truth.hpp"
#include "localize/overlay.hpp"

namespace cytoscale::localize {
namespace {

// A square of 10 × 10 px set in a picture of 20 × 20.
Regions square() {
  Regions regions{{20, 20}, std::vector<std::int32_t>(400, 0), {}};
  for (int y = 5; y < 15; ++y)
    for (int x = 5; x < 15; ++x) regions.labels[std::size_t(20 * y + x)] = 1;
  return regions;
}

TEST(IntersectionOverUnion, CountsPixels) {
  const std::vector<std::int32_t> labels = {0, 1, 2, 2};
  EXPECT_DOUBLE_EQ(intersection_over_union(labels, std::vector<std::uint8_t>{1, 1, 1, 0}), 0.5);
  EXPECT_DOUBLE_EQ(intersection_over_union(labels, std::vector<std::uint8_t>{0, 1, 1, 1}), 1);
  EXPECT_DOUBLE_EQ(intersection_over_union(std::vector<std::int32_t>(3), std::vector<std::uint8_t>(3)), 1);
}

TEST(Boxes, AreTakenAsFoundWhenNineTenthsAreCovered) {
  const std::vector<TruthBox> boxes = {{4.5, 4.5, 14.5, 14.5, true},  // all of it
                                       {5, 5, 14, 15, true},          // 10 of 11 columns: 91 %
                                       {5, 5, 14, 16, true},          // 10 of 12: 83 %
                                       {5.2, 5.2, 8.7, 8.7, false},   // inside
                                       {0, 0, 4, 4, false}};
  const auto score = score_boxes(square(), boxes);
  EXPECT_EQ(score.true_positives, 2u);
  EXPECT_EQ(score.false_negatives, 1u);
  EXPECT_EQ(score.false_positives, 1u);
  EXPECT_EQ(score.true_negatives, 1u);
}

TEST(Boxes, MayReachFarBeyondTheField) {
  const auto score = score_boxes(square(), {{5, 5, 14, 1e300, true}, {-1e300, 1e300, 4, -1e300, false}});
  EXPECT_EQ(score.false_negatives, 1u);
  EXPECT_EQ(score.true_negatives, 1u);
}

TEST(Boxes, AreReadByField) {
  screen::Screen screen;
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (const auto* well : {"A01", "A02"}) screen.fields.push_back({"P", well, "1", {"P", well, "1"}, {}});
  const auto write = [](const std::string& rows) {
    std::ofstream("boxes.csv")
        << "Metadata_Plate,Metadata_Well,Metadata_Site,shape,box_top,box_left,box_bottom,box_right\n"
        << rows;
  };
  write("P,A02,1,circle,1,2,3,4\nP,A02,1,ellipse,5,6,7,8\nQ,A01,1,circle,1,2,3,4\n");
  const auto boxes = read_boxes("boxes.csv", "shape=circle", screen);
  ASSERT_EQ(boxes.size(), 1u);
  ASSERT_EQ(boxes.at(1).size(), 2u);
  EXPECT_TRUE(boxes.at(1)[0].target);
  EXPECT_FALSE(boxes.at(1)[1].target);
  EXPECT_EQ(boxes.at(1)[1].right, 8);
  EXPECT_THROW(read_boxes("boxes.csv", "kind=circle", screen), Error);
  write("P,A02,1,circle,1,two,3,4\n");
  EXPECT_THROW(read_boxes("boxes.csv", "shape=circle", screen), Error);
  write("Q,A02,1,circle,1,2,3,4\n");
  EXPECT_THROW(read_boxes("boxes.csv", "shape=circle", screen), Error);
}

TEST(Overlay, OutlinesRegionsAndTruth) {
  std::vector<float> picture(400, 0);
  picture[0] = 1000;  // stretched away
  std::vector<std::uint8_t> truth(400, 0);
  truth[21] = 1;
  const auto rgb = overlay(picture, 1, square(), truth);
  ASSERT_EQ(rgb.size(), 1200u);
  const auto color = [&](int y, int x) {
    const auto i = std::size_t(3 * (20 * y + x));
    return std::vector<int>{rgb[i], rgb[i + 1], rgb[i + 2]};
  };
  EXPECT_EQ(color(5, 9), (std::vector<int>{255, 220, 0}));  // yellow rim
  EXPECT_EQ(color(9, 9), (std::vector<int>{0, 0, 0}));      // not within
  EXPECT_EQ(color(1, 1), (std::vector<int>{0, 220, 255}));
}

TEST(Overlay, HasAScaleBarAndALegend) {
  const auto legend = overlay_legend({"GFP", "DNA"}, "found: poscon", true);
  ASSERT_EQ(legend.size(), 4u);
  EXPECT_EQ(legend[1].text, "DNA");
  EXPECT_EQ(legend[1].color, (image::Color{0, 255, 0}));
  EXPECT_EQ(overlay_legend({"GFP"}, "found: all labels", false).size(), 2u);
  const std::vector<std::uint8_t> rgb(3 * 40 * 200, 7);
  const auto picture = with_legend(rgb, {40, 200}, image::scale_bar(200, 0.5), legend);
  EXPECT_EQ(picture.size.width, 200);
  EXPECT_GT(picture.size.height, 40);
  ASSERT_EQ(picture.rgb.size(), 3 * picture.size.pixels());
  EXPECT_TRUE(
      std::all_of(picture.rgb.begin(), picture.rgb.begin() + 3 * 40 * 200, [](auto v) { return v == 7; }));
  // The bar is the widest run of white in the strip: 20 µm, 40 px.
  int longest = 0;
  for (int y = 40; y < picture.size.height; ++y)
    for (int x = 0, run = 0; x < 200; ++x) {
      run = picture.rgb[std::size_t(3 * (y * 200 + x)) + 2] == 255 ? run + 1 : 0;
      longest = std::max(longest, run);
    }
  EXPECT_EQ(longest, 40);
}

TEST(Overlay, ANarrowPictureHasRoomForItsLegend) {
  const std::vector<std::uint8_t> rgb(3 * 10 * 10, 9);
  const auto picture = with_legend(rgb, {10, 10}, image::scale_bar(10, {}), {{"a long name", {1, 2, 3}}});
  EXPECT_GT(picture.size.width, image::text_width("a long name", 1));
  EXPECT_EQ(picture.rgb[3 * 10], 0);  // black right of the picture
}

TEST(FileNames, NoTwoFieldsShareOne) {
  screen::Screen screen;
  for (const auto& [plate, well] :
       {std::pair("A_1", "B"), std::pair("A", "1_B"), std::pair("A/1", "B"), std::pair("P", "../x")})
    screen.fields.push_back({plate, well, "2", {}, {}});
  EXPECT_EQ(file_names_of(screen),
            (std::vector<std::string>{"A_1_B_s2", "A_1_B_s2~2", "A_1_B_s2~3", "P_.._x_s2"}));
}

}  // namespace
}  // namespace cytoscale::localize
