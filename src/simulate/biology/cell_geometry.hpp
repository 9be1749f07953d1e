// A cell's geometry in pixels: its outline, its nuclei, its centrosome.
#pragma once
#include <array>
#include <cmath>
#include <vector>

#include "core/random.hpp"
#include "simulate/biology/population.hpp"

namespace cytoscale::simulate {

// A bent ellipse: rho() is 0 at the center, 1 on its rim.
struct NucleusShape {
  float y, x, long_px, short_px, cosine, sine, bend;
  float rho(float py, float px) const {
    const float dy = py - y, dx = px - x;
    const float u = dx * cosine + dy * sine, v = dy * cosine - dx * sine - bend * u * u;
    return std::sqrt(u * u / (long_px * long_px) + v * v / (short_px * short_px));
  }
  float reach_px() const { return long_px * 1.3f + 2; }
};

struct Spot {
  float y, x, radius_px;
};

struct CellGeometry {
  Cell cell;
  float y, x;                            // center of the body
  float radius_px;                       // of a circle of the cell's area
  float nucleus_px;                      // radius of a circle of the nucleus' area
  float reach_px;                        // no part of the cell is farther from its center
  std::array<float, 64> inverse_radius;  // of the outline, by angle
  std::vector<NucleusShape> nuclei;      // interphase: 1 or more; mitosis: one, the space of the spindle
  std::vector<Spot> nucleoli;
  float centrosome_y, centrosome_x;

  // 0 at the center of the body, 1 on its outline.
  float rho(float py, float px) const;
  // Least rho over the nuclei.
  float nuclear_rho(float py, float px) const;
};

CellGeometry make_cell_geometry(const Cell& cell, double nominal_radius_px, Random& random);

}  // namespace cytoscale::simulate
