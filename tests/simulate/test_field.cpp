// Do the pictures show what the truth says?
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "image/plane.hpp"
#include "image/segment/segment_nuclei.hpp"
#include "simulate/simulate_screen.hpp"
#include "small_settings.hpp"

namespace cytoscale::simulate {
namespace {

SimulateSettings one_field() {
  SimulateSettings settings = small_settings();
  settings.imaging.field_px = 320;
  settings.imaging.nucleus_radius_px = 8;
  settings.imaging.cells_per_field = 40;
  return settings;
}

double percentile(std::vector<std::uint16_t> values, double share) {
  const auto at =
      values.begin() + static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), at, values.end());
  return *at;
}

// The largest mean over 3×3 pixels within `reach` of a place.
double brightest_near(const std::vector<std::uint16_t>& picture, int side, float y, float x, int reach) {
  double best = 0;
  const int cy = static_cast<int>(std::lround(y)), cx = static_cast<int>(std::lround(x));
  for (int py = std::max(1, cy - reach); py <= std::min(side - 2, cy + reach); ++py)
    for (int px = std::max(1, cx - reach); px <= std::min(side - 2, cx + reach); ++px) {
      double sum = 0;
      for (int dy = -1; dy <= 1; ++dy)
        for (int dx = -1; dx <= 1; ++dx) sum += picture[static_cast<std::size_t>((py + dy) * side + px + dx)];
      best = std::max(best, sum / 9);
    }
  return best;
}

TEST(Field, ThereIsDnaWhereTruthSaysSo) {
  const auto settings = one_field();
  const Design design = make_design(settings);
  const NoiseTile noise(settings.seed);
  const int side = settings.imaging.field_px, reach = static_cast<int>(settings.imaging.nucleus_radius_px);
  int cells = 0, found = 0, elsewhere = 0, places = 0;
  for (std::size_t w = 0; w < 12; ++w) {
    const auto field = simulate_field(settings, design, design.wells[w], 1, noise);
    const auto& dna = field.pictures[0];
    const double background = percentile(dna, 0.3), bright = percentile(dna, 0.995);
    const double threshold = background + 0.2 * (bright - background);
    for (const Cell& cell : field.cells) {
      if (cell.y < reach || cell.x < reach || cell.y > side - reach || cell.x > side - reach) continue;
      ++cells;
      found += brightest_near(dna, side, cell.y, cell.x, reach) > threshold;
    }
    for (int i = 0; i < 400; ++i) {  // the threshold means something: most of the field lies below it
      ++places;
      elsewhere += brightest_near(dna, side, static_cast<float>(i / 20 * 16), static_cast<float>(i % 20 * 16),
                                  1) > threshold;
    }
  }
  EXPECT_GT(cells, 200);
  EXPECT_GE(found, 0.95 * cells);
  EXPECT_LT(elsewhere, 0.3 * places);
}

TEST(Field, SegmentationFindsTheCells) {
  const auto settings = one_field();
  const Design design = make_design(settings);
  const NoiseTile noise(settings.seed);
  const int side = settings.imaging.field_px;
  int cells = 0, matched = 0, objects = 0;
  for (std::size_t w = 0; w < 8; ++w) {
    const auto field = simulate_field(settings, design, design.wells[w], 1, noise);
    image::Plane plane;
    plane.height = plane.width = side;
    plane.pixels.assign(field.pictures[0].begin(), field.pictures[0].end());
    const auto nuclei = image::segment_nuclei(plane, image::SegmentOptions{}).nuclei;
    objects += static_cast<int>(nuclei.size());
    for (const Cell& cell : field.cells) {
      if (!inside_field(cell, side)) continue;
      ++cells;
      matched += std::any_of(nuclei.begin(), nuclei.end(), [&](const image::Nucleus& n) {
        return std::hypot(n.y - cell.y, n.x - cell.x) < 0.8 * settings.imaging.nucleus_radius_px;
      });
    }
  }
  EXPECT_GE(matched, 0.9 * cells);
  EXPECT_NEAR(objects, cells,
              0.25 * cells);  // several nuclei of a cell, dead cells, nuclei cut by the border
}

TEST(Field, LargerNucleiAreLargerInThePicture) {
  auto settings = one_field();
  settings.difficulty = 0;
  Design design = make_design(settings);
  const NoiseTile noise(settings.seed);
  const auto bright_area = [&](double shift) {
    design.treatments[0].effect.response_fraction = 1;
    design.treatments[0].effect.shift[index_of(Trait::nucleus_area)] = shift;
    const auto well =
        *std::find_if(design.wells.begin(), design.wells.end(), [](auto& w) { return w.treatment == 0; });
    const auto field = simulate_field(settings, design, well, 1, noise);
    const auto& dna = field.pictures[0];
    const double background = percentile(dna, 0.3),
                 threshold = background + 0.35 * (percentile(dna, 0.99) - background);
    return std::count_if(dna.begin(), dna.end(), [&](auto gray) { return gray > threshold; });
  };
  EXPECT_GT(static_cast<double>(bright_area(3)), 1.3 * static_cast<double>(bright_area(0)));
}

TEST(Field, AChannelLooksTheSameWhicheverOthersAreImaged) {
  auto settings = one_field();
  settings.nuisance.bleed_through = 0;
  const Design design = make_design(settings);
  const NoiseTile noise(settings.seed);
  const auto three = simulate_field(settings, design, design.wells[0], 1, noise);
  settings.imaging.channels = {"DNA"};
  const Design same = [&] {
    Design d = design;  // the effects must not change with the channels either
    return d;
  }();
  const auto one = simulate_field(settings, same, same.wells[0], 1, noise);
  ASSERT_EQ(one.cells.size(), three.cells.size());
  EXPECT_EQ(one.cells.front().traits, three.cells.front().traits);
}

TEST(Field, EveryChannelHasLightInCells) {
  auto settings = one_field();
  settings.imaging.channels = {"DNA", "Tubulin", "Actin", "RNA", "ER", "AGP", "Mito"};
  const Design design = make_design(settings);
  const auto field = simulate_field(settings, design, design.wells[3], 1, NoiseTile(settings.seed));
  ASSERT_EQ(field.pictures.size(), 7u);
  for (std::size_t c = 0; c < 7; ++c) {
    const double dark = percentile(field.pictures[c], 0.02), bright = percentile(field.pictures[c], 0.99);
    EXPECT_GT(bright, dark + 1000) << settings.imaging.channels[c];
    EXPECT_LT(percentile(field.pictures[c], 0.999), 65535) << settings.imaging.channels[c];
  }
}

}  // namespace
}  // namespace cytoscale::simulate
