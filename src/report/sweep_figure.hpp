// A sweep as a figure like Fig. 7 of Caicedo et al. (2018): a panel per accuracy, layers to the right, a line
// per profiles and normalization, with its 95 % interval. SVG text; equal sweeps give equal bytes.
#pragma once
#include <string>
#include <vector>

#include "evaluate/sweep.hpp"

namespace cytoscale::report {

std::string sweep_svg(const std::vector<evaluate::SweepEntry>& entries);

}  // namespace cytoscale::report
