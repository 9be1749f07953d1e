// A field from cells to light: every cell painted in every channel, then debris.
#pragma once
#include <vector>

#include "simulate/noise_tile.hpp"
#include "simulate/population.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulation {

// By channel, [H][W], 1 = a bright structure, sharp and without noise.
std::vector<std::vector<float>> paint_field(const SimulateSettings& settings, const std::vector<Cell>& cells,
                                            const FieldKey& key, const NoiseTile& noise);

}  // namespace cytoscale::simulation
