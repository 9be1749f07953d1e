// Peaks and regions of small maps, whose results can be seen.
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/random.hpp"
#include "localize/localize_field.hpp"

namespace cytoscale::localize {
namespace {

image::Plane plane_of(const std::vector<std::string>& rows) {
  image::Plane plane(static_cast<int>(rows.size()), static_cast<int>(rows[0].size()));
  for (int y = 0; y < plane.height; ++y)
    for (int x = 0; x < plane.width; ++x)
      plane.at(y, x) = static_cast<float>(rows[std::size_t(y)][std::size_t(x)] - '0');
  return plane;
}

std::string text_of(const Regions& regions) {
  std::string text;
  for (std::size_t i = 0; i < regions.labels.size(); ++i) {
    if (i > 0 && i % std::size_t(regions.size.width) == 0) text += '/';
    text += static_cast<char>('0' + regions.labels[i]);
  }
  return text;
}

const image::Plane two_hills = plane_of({"01210000", "12521030", "01210380", "00000030"});

TEST(Peaks, TheHighestComeFirstAndSuppressThoseNearby) {
  auto peaks = find_peaks(two_hills, 2, 1);
  ASSERT_EQ(peaks.size(), 2u);
  EXPECT_EQ(peaks[0].y, 2);
  EXPECT_EQ(peaks[0].x, 6);
  EXPECT_EQ(peaks[1].height, 5);
  EXPECT_EQ(find_peaks(two_hills, 5, 1).size(), 1u);
  EXPECT_EQ(find_peaks(two_hills, 2, 6).size(), 1u);
}

TEST(Peaks, APlateauIsOne) {
  EXPECT_EQ(find_peaks(plane_of({"0000", "0550", "0550"}), 2, 1).size(), 1u);
}

TEST(Peaks, AFlatMapOfZerosHasNone) {
  EXPECT_TRUE(find_peaks(image::Plane(3, 3), 2, 0).empty());
}

TEST(Regions, OfAPeakReachDownToItsShareAndNoFartherThanTold) {
  const auto peaks = find_peaks(two_hills, 2, 1);
  EXPECT_EQ(text_of(regions_of_peaks(two_hills, peaks, 0.35, 0)), "00200000/02220010/00200110/00000010");
  EXPECT_EQ(text_of(regions_of_peaks(two_hills, peaks, 0.35, 0.5)), "00000000/00200000/00000010/00000000");
}

TEST(Regions, APeakInsideAnothersRegionMakesNone) {
  const auto ridge = plane_of({"0000000", "0978900", "0000000"});
  const auto peaks = find_peaks(ridge, 1, 1);
  ASSERT_EQ(peaks.size(), 2u);
  EXPECT_EQ(regions_of_peaks(ridge, peaks, 0.5, 0).regions.size(), 1u);
}

TEST(Regions, OfAMaskAreItsPiecesWithPlaceAndBox) {
  const std::vector<std::uint8_t> mask = {1, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1};
  const auto regions = regions_of_mask(image::Plane(3, 4, 2), mask);
  EXPECT_EQ(text_of(regions), "1100/0002/0002");
  ASSERT_EQ(regions.regions.size(), 2u);
  const auto& second = regions.regions[1];
  EXPECT_EQ(second.area_px, 2);
  EXPECT_FLOAT_EQ(second.y, 1.5f);
  EXPECT_FLOAT_EQ(second.x, 3.0f);
  EXPECT_EQ(second.top, 1);
  EXPECT_EQ(second.bottom, 2);
  EXPECT_EQ(second.evidence, 2);
  EXPECT_EQ(text_of(at_least(regions_of_mask(image::Plane(3, 4, 2), {mask.data(), 12}), 3)),
            "0000/0000/0000");
}

TEST(Localize, AnMrfClosesAHoleAndDropsASpeck) {
  LocalizeOptions options;
  options.mask = MaskKind::mrf;
  options.min_area_px = 1;
  const auto map =
      plane_of({"0000000000", "0999900000", "0909900090", "0999900000", "0999900000", "0000000000"});
  const auto regions = localize(map, image::Plane(6, 10), options);
  EXPECT_EQ(text_of(regions), "0000000000/0111100000/0111100000/0111100000/0111100000/0000000000");
}

// Evidence in a part of each of two bright squares of a noisy picture: by brightness, all of both.
TEST(Localize, BrightnessFillsWhatEvidenceTouches) {
  image::Plane map(40, 60), guide(40, 60);
  Random random(1, {7});
  std::size_t squares = 0;
  for (int y = 0; y < 40; ++y)
    for (int x = 0; x < 60; ++x) {
      const bool inside = y >= 10 && y < 30 && ((x >= 5 && x < 25) || (x >= 35 && x < 55));
      squares += inside;
      guide.at(y, x) = static_cast<float>(random.normal()) * 0.1f + (inside ? 1.0f : 0.0f);
      map.at(y, x) = inside && x % 30 < 15 ? 1.0f : 0.0f;
    }
  LocalizeOptions options;
  options.mask = MaskKind::mrf;
  options.confidence = 0.6;
  const auto covered = [&] {
    std::size_t area = 0;
    for (const auto& region : localize(map, guide, options).regions) area += std::size_t(region.area_px);
    return area;
  };
  EXPECT_LT(double(covered()), 0.51 * double(squares));
  options.brightness = 1;
  EXPECT_EQ(covered(), squares);
  map = image::Plane(40, 60);
  EXPECT_EQ(covered(), 0u);
}

TEST(Localize, NoEvidenceIsNoRegion) {
  LocalizeOptions options;
  for (const auto mask : {MaskKind::peaks, MaskKind::mrf}) {
    options.mask = mask;
    EXPECT_TRUE(localize(image::Plane(20, 20), image::Plane(20, 20), options).regions.empty());
  }
}

TEST(Localize, OptionsAreJudged) {
  const auto refused = [](const auto& change) {
    LocalizeOptions options;
    change(options);
    EXPECT_THROW(options.validate(), Error);
  };
  refused([](auto& o) { o.threshold = 1.5; });
  refused([](auto& o) { o.confidence = 0.2; });
  refused([](auto& o) { o.mrf.iterations = 0; });
  refused([](auto& o) { o.mrf.coupling = -1; });
  refused([](auto& o) { o.brightness = -1; });
}

}  // namespace
}  // namespace cytoscale::localize
