// A screen small enough for a unit test.
#pragma once
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

inline SimulateSettings small_settings() {
  SimulateSettings settings;
  settings.seed = 7;
  settings.design.moas = 3;
  settings.design.compounds_per_moa = 3;
  settings.design.concentrations = 2;
  settings.design.batches = 4;
  settings.design.replicates = 2;
  settings.design.plates_per_batch = 1;
  settings.design.controls_per_plate = 3;
  settings.design.fields_per_well = 1;
  settings.imaging.field_px = 128;
  settings.imaging.nucleus_radius_px = 6;
  settings.imaging.cells_per_field = 8;
  return settings;
}

}  // namespace cytoscale::simulate
