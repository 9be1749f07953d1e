#include <gtest/gtest.h>

#include <cmath>

#include "simulate/biology/population.hpp"
#include "small_settings.hpp"

namespace cytoscale::simulate {
namespace {

SimulateSettings wide_field() {
  SimulateSettings settings = small_settings();
  settings.imaging.field_px = 1200;
  settings.imaging.cells_per_field = 500;
  return settings;
}

constexpr FieldKey key{7, 1, 2, 3};

double share_responding(const std::vector<Cell>& cells) {
  double count = 0;
  for (const Cell& cell : cells) count += cell.responded;
  return count / static_cast<double>(cells.size());
}

double mean_of(const std::vector<Cell>& cells, Trait trait) {
  double sum = 0;
  for (const Cell& cell : cells) sum += std::log(cell.traits[index_of(trait)]);
  return sum / static_cast<double>(cells.size());
}

Culture plain_culture() {
  Culture culture;
  culture.response.fill(1);
  return culture;
}

TEST(Population, OnlyAFractionRespondsAndThoseAreMoved) {
  const auto settings = wide_field();
  Effect effect;
  effect.response_fraction = 0.6;
  effect.shift[index_of(Trait::nucleus_area)] = 2;
  const auto cells = grow_cells(settings, effect, plain_culture(), key);
  ASSERT_GT(cells.size(), 350u);
  EXPECT_NEAR(share_responding(cells), 0.6, 4 * std::sqrt(0.24 / static_cast<double>(cells.size())));
  std::vector<Cell> moved, still;
  for (const Cell& cell : cells) (cell.responded ? moved : still).push_back(cell);
  const double spread = trait_info(Trait::nucleus_area).spread;
  EXPECT_NEAR(mean_of(still, Trait::nucleus_area), 0,
              5 * spread / std::sqrt(static_cast<double>(still.size())));
  EXPECT_NEAR(mean_of(moved, Trait::nucleus_area), 2 * spread,
              5 * spread / std::sqrt(static_cast<double>(moved.size())));
}

TEST(Population, DensityMitosisAndMultinucleationFollowTheEffect) {
  const auto settings = wide_field();
  Effect effect;
  effect.response_fraction = 1;
  const auto plain = grow_cells(settings, effect, plain_culture(), key);
  effect.shift[index_of(Trait::mitotic)] = 4;
  effect.shift[index_of(Trait::multinucleate)] = 4;
  effect.shift[index_of(Trait::density)] = -4;
  const auto treated = grow_cells(settings, effect, plain_culture(), key);
  const auto share = [](const std::vector<Cell>& cells, auto test) {
    double count = 0;
    for (const Cell& cell : cells) count += test(cell);
    return count / static_cast<double>(cells.size());
  };
  const auto mitotic = [](const Cell& cell) { return cell.phase != Phase::interphase; };
  const auto several = [](const Cell& cell) { return cell.nuclei > 1; };
  EXPECT_LT(share(plain, mitotic), 0.1);
  EXPECT_LT(share(plain, several), 0.1);
  EXPECT_GT(share(treated, mitotic), 0.3);
  EXPECT_GT(share(treated, several), 0.2);
  EXPECT_NEAR(static_cast<double>(treated.size()) / static_cast<double>(plain.size()), std::exp(-4 * 0.2),
              0.15);
}

TEST(Population, NucleiOverlapLittleAndSomeCellsLieAcrossTheBorder) {
  const auto settings = wide_field();
  const auto cells = grow_cells(settings, Effect{}, plain_culture(), key);
  const double radius = settings.imaging.nucleus_radius_px;
  int touching = 0, outside = 0;
  for (std::size_t a = 0; a < cells.size(); ++a) {
    double nearest = 1e9;
    for (std::size_t b = 0; b < cells.size(); ++b)
      if (a != b)
        nearest = std::min(nearest, std::hypot<double>(cells[a].y - cells[b].y, cells[a].x - cells[b].x));
    EXPECT_GT(nearest, 1.9 * radius);
    touching += nearest < 2.8 * radius;
    outside += !inside_field(cells[a], settings.imaging.field_px);
  }
  EXPECT_GT(touching, 0.2 * static_cast<double>(cells.size()));
  EXPECT_GT(outside, 0);
}

TEST(Population, DependsOnTheFieldAloneAndOnTheSeed) {
  const auto settings = small_settings();
  const auto same = [](const std::vector<Cell>& a, const std::vector<Cell>& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
      if (a[i].y != b[i].y || a[i].traits != b[i].traits) return false;
    return true;
  };
  const auto cells = grow_cells(settings, Effect{}, plain_culture(), key);
  EXPECT_TRUE(same(cells, grow_cells(settings, Effect{}, plain_culture(), key)));
  EXPECT_FALSE(same(cells, grow_cells(settings, Effect{}, plain_culture(), {8, 1, 2, 3})));
  EXPECT_FALSE(same(cells, grow_cells(settings, Effect{}, plain_culture(), {7, 1, 2, 4})));
}

}  // namespace
}  // namespace cytoscale::simulate
