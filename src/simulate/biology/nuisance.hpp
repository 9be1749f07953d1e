// What makes two pictures of the same cells differ: draws per batch, plate, well and field, each a function
// of the seed and of that place alone.
#pragma once
#include <cstdint>
#include <vector>

#include "simulate/biology/traits.hpp"
#include "simulate/design/design.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

// What the cells of a well live through.
struct Culture {
  TraitVector baseline{};  // latent shift of every cell
  TraitVector response{};  // factor on treatment effects in this batch, by trait
};

// Light falls to (1 - loss) at the corners of the field, about a center, with a tilt.
struct Shading {
  double center_y = 0, center_x = 0;  // in half sides
  double loss = 0, tilt_y = 0, tilt_x = 0;
};

// What the microscope does to a field, per channel.
struct Optics {
  std::vector<double> gain, background, blur_px;  // background in units of a bright structure
  std::vector<Shading> shading;
  std::vector<double> bleed;  // [to][from], share of from's light that reaches `to`
  double offset = 0;          // gray levels
  double photons = 0, read_noise = 0;
};

Culture culture_of(const SimulateSettings& settings, const Design& design, const DesignWell& well);
Optics optics_of(const SimulateSettings& settings, const Design& design, const DesignWell& well, int site);

}  // namespace cytoscale::simulate
