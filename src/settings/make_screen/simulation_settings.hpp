// Options of simulate and simulate-shapes.
#pragma once
#include "cli/options.hpp"
#include "simulate/settings.hpp"
#include "simulate/shapes.hpp"

namespace cytoscale::settings {

void declare_simulation(cli::OptionSet& options, simulate::SimulateSettings& settings);
void declare_shapes(cli::OptionSet& options, simulate::ShapeSettings& settings);

}  // namespace cytoscale::settings
