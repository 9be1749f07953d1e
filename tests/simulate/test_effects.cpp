#include <gtest/gtest.h>

#include <cmath>

#include "simulate/biology/effects.hpp"

namespace cytoscale::simulate {
namespace {

const std::vector<std::string> three = {"DNA", "Tubulin", "Actin"};
const std::vector<std::string> five = {"DNA", "RNA", "ER", "AGP", "Mito"};

double length(const TraitVector& v) {
  double sum = 0;
  for (double x : v) sum += x * x;
  return std::sqrt(sum);
}

TEST(Effects, MechanismsAreDistinctUnitDirections) {
  for (const auto& channels : {three, five}) {
    const auto mechanisms = make_mechanisms(3, mechanism_names(24), channels);
    ASSERT_EQ(mechanisms.size(), 24u);
    for (std::size_t a = 0; a < mechanisms.size(); ++a) {
      EXPECT_NEAR(length(mechanisms[a].direction), 1, 1e-12);
      for (std::size_t b = 0; b < a; ++b) {
        EXPECT_NE(mechanisms[a].name, mechanisms[b].name);
        EXPECT_LT(cosine(mechanisms[a].direction, mechanisms[b].direction), 0.7)
            << mechanisms[a].name << " and " << mechanisms[b].name;
      }
    }
  }
}

TEST(Effects, MoveOnlyWhatTheChannelsShow) {
  for (const auto& mechanism : make_mechanisms(3, mechanism_names(24), three)) {
    EXPECT_EQ(mechanism.direction[index_of(Trait::mito_length)], 0);
    EXPECT_EQ(mechanism.direction[index_of(Trait::rna_nucleoli)], 0);
  }
  for (const auto& mechanism : make_mechanisms(3, mechanism_names(24), five))
    EXPECT_EQ(mechanism.direction[index_of(Trait::tubulin_fibers)], 0);
  for (const auto& mechanism : make_mechanisms(3, mechanism_names(4), {"DNA"}))
    EXPECT_EQ(mechanism.direction[index_of(Trait::cell_area)], 0);
}

TEST(Effects, CompoundsOfAMechanismDifferInDetailLessWithinASeries) {
  const auto mechanism = make_mechanisms(3, mechanism_names(1), three)[0];
  const EffectSettings settings;
  double within = 0, across = 0;
  const int pairs = 40;
  for (std::uint64_t i = 0; i < pairs; ++i) {
    const auto a = own_direction(3, 3 * i, 2 * i, mechanism, settings, three);
    EXPECT_NEAR(length(a), 1, 1e-12);
    within += cosine(a, own_direction(3, 3 * i + 1, 2 * i, mechanism, settings, three)) / pairs;
    across += cosine(a, own_direction(3, 3 * i + 2, 2 * i + 1, mechanism, settings, three)) / pairs;
  }
  // Directions at random angles: (1 + series²) / (1 + series² + compound²) and 1 / that sum.
  const double series = settings.series_detail, compound = settings.compound_detail;
  const double sum = 1 + series * series + compound * compound;
  EXPECT_NEAR(within, (1 + series * series) / sum, 0.08);
  EXPECT_NEAR(across, 1 / sum, 0.08);
  EffectSettings plain = settings;
  plain.compound_detail = plain.series_detail = 0;
  EXPECT_NEAR(cosine(own_direction(3, 0, 0, mechanism, plain, three), mechanism.direction), 1, 1e-12);
}

TEST(Effects, DoseScalesShiftAndResponse) {
  const auto direction = make_mechanisms(3, mechanism_names(1), three)[0].direction;
  EffectSettings settings;
  const Effect low = effect_at_dose(direction, 0.3, 1, settings, 1),
               high = effect_at_dose(direction, 1, 1, settings, 1);
  EXPECT_NEAR(length(high.shift), settings.size, 1e-12);
  EXPECT_NEAR(length(low.shift), 0.3 * settings.size, 1e-12);
  EXPECT_NEAR(high.response_fraction, 1, 1e-12);
  EXPECT_LT(low.response_fraction, high.response_fraction);
  EXPECT_NEAR(length(effect_at_dose(direction, 1, 1, settings, 0).shift), 0,
              1e-12);  // difficulty without end
}

TEST(Traits, NaturalValuesRiseAndStayInBounds) {
  for (std::size_t t = 0; t < trait_count; ++t) {
    const auto trait = static_cast<Trait>(t);
    const TraitInfo& info = trait_info(trait);
    EXPECT_NEAR(natural(trait, 0), info.center, 1e-12) << info.name;
    EXPECT_LT(natural(trait, -1), natural(trait, 1)) << info.name;
    EXPECT_GT(natural(trait, -100), 0) << info.name;
    EXPECT_EQ(natural(trait, 4), natural(trait, 100)) << info.name;
    EXPECT_TRUE(!info.share || natural(trait, 100) < 1) << info.name;
  }
}

}  // namespace
}  // namespace cytoscale::simulate
