#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "core/error.hpp"
#include "small_settings.hpp"

namespace cytoscale::simulate {
namespace {

// The error's place must be the option to mend.
std::string place_of_error(const std::function<void(SimulateSettings&)>& spoil) {
  SimulateSettings settings = small_settings();
  spoil(settings);
  try {
    settings.validate();
  } catch (const Error& error) {
    EXPECT_FALSE(error.remedy().empty()) << error.what();
    return error.where();
  }
  return "no error";
}

TEST(Settings, DefaultsAndTheSmallScreenAreValid) {
  EXPECT_NO_THROW(SimulateSettings{}.validate());
  EXPECT_NO_THROW(small_settings().validate());
}

TEST(Settings, EachBadValueIsAnErrorThatNamesItsOption) {
  EXPECT_EQ(place_of_error([](auto& s) { s.design.kind = "proteins"; }), "--design");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.moas = 0; }), "--moas");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.compounds_per_moa = 1; }), "--compounds-per-moa");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.concentrations = 0; }), "--concentrations");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.batches = 5; }), "--batches");  // not a multiple of 2
  EXPECT_EQ(place_of_error([](auto& s) { s.design.controls_per_plate = 0; }), "--controls-per-plate");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.single_group_moas = 4; }), "--single-group-moas");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.away_compounds = 9; }), "--away-compounds");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.wells_per_plate = 100; }), "--wells-per-plate");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.moas = 300; }), "the design");
  EXPECT_EQ(place_of_error([](auto& s) { s.design.kind = "genes", s.design.alleles_per_gene = 1; }),
            "--alleles-per-gene");
  EXPECT_EQ(place_of_error([](auto& s) { s.effect.response_fraction = {0.1, 1.5}; }), "--response-fraction");
  EXPECT_EQ(place_of_error([](auto& s) { s.effect.size = -1; }), "--effect-size");
  EXPECT_EQ(place_of_error([](auto& s) { s.difficulty = std::numeric_limits<double>::quiet_NaN(); }),
            "--difficulty");
  EXPECT_EQ(place_of_error([](auto& s) { s.nuisance.focus_blur = -0.1; }), "--focus-blur");
  EXPECT_EQ(place_of_error([](auto& s) { s.nuisance.photons = 0; }), "--photons");
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.field_px = 10; }), "--field-size");
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.nucleus_radius_px = 1; }), "--nucleus-radius");
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.cells_per_field = 500; }), "--cells-per-field");
}

TEST(Settings, ChannelsMustBeKnownOnceAndHoldDna) {
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.channels = {"DNA", "YFP"}; }), "--channels");
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.channels = {"DNA", "Actin", "Actin"}; }), "--channels");
  EXPECT_EQ(place_of_error([](auto& s) { s.imaging.channels = {"Tubulin", "Actin"}; }), "--channels");
  EXPECT_EQ(place_of_error([](auto& s) {
              s.imaging.channels = {"DNA", "RNA", "ER", "AGP", "Mito"};
            }),
            "no error");
}

TEST(Settings, DifficultyWeighsEffectsAgainstNuisance) {
  SimulateSettings settings;
  EXPECT_DOUBLE_EQ(settings.effect_scale(), 1);
  EXPECT_DOUBLE_EQ(settings.nuisance_scale(), 1);
  settings.difficulty = 0;
  EXPECT_DOUBLE_EQ(settings.effect_scale(), 2);
  EXPECT_DOUBLE_EQ(settings.nuisance_scale(), 0);
}

}  // namespace
}  // namespace cytoscale::simulate
