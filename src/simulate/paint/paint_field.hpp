// A field from cells to light: every cell painted in every channel, then debris.
#pragma once
#include <vector>

#include "simulate/biology/effects.hpp"
#include "simulate/biology/population.hpp"
#include "simulate/paint/noise_tile.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

struct PaintedField {
  std::vector<std::vector<float>> planes;  // by channel, [H][W], 1 = a bright structure, sharp, without noise
  std::vector<int> owner;                  // [H][W], index of the cell that a pixel belongs to, -1 for none
};

PaintedField paint_field(const SimulateSettings& settings, const Effect& effect,
                         const std::vector<Cell>& cells, const FieldKey& key, const NoiseTile& noise);

}  // namespace cytoscale::simulate
