// A field while it is painted: light per channel, and which cell owns each pixel. Cells that meet share a
// border as real ones do: a pixel belongs to the cell in which it lies deepest.
#pragma once
#include <span>
#include <vector>

#include "simulate/biology/cell_geometry.hpp"
#include "simulate/biology/effects.hpp"
#include "simulate/paint/noise_tile.hpp"

namespace cytoscale::simulate {

// One pixel of a cell as its painters see it.
struct CellPixel {
  int index;  // into a plane
  float y, x;
  float rho;         // 0 at the body's center, 1 on the free outline
  float edge_px;     // to the nearest border of the cell
  float outside_px;  // from the rim of the nearest nucleus, negative within
};

struct Canvas {
  explicit Canvas(int side_px);
  int side;
  std::vector<int> owner;           // index of the cell, -1 for none
  std::vector<float> depth, rival;  // rho in the owner, and in the next deepest cell (large: none)

  void claim(const CellGeometry& figure, int id);
  std::vector<CellPixel> pixels_of(const CellGeometry& figure, int id) const;
  bool owned(float y, float x, int id) const;
  bool inside(float y, float x) const;
};

// What the painters of one cell share.
struct PaintContext {
  const CellGeometry& figure;
  int id;
  const Canvas& canvas;
  const std::vector<CellPixel>& pixels;
  const NoiseTile& noise;
  float noise_y, noise_x;          // this cell's place in the noise
  float unit_px;                   // nominal nucleus radius
  float stain;                     // brightness of this cell in this channel
  const Effect* effect = nullptr;  // of the treatment

  float trait(Trait which) const { return static_cast<float>(figure.cell.traits[index_of(which)]); }
  float noise_at(float y, float x, float grain_px) const {
    return noise.at(noise_y + y / grain_px, noise_x + x / grain_px);
  }
};

// Adds `light` at a point, shared by the four pixels around it; nothing outside the field.
void deposit(std::span<float> plane, int side, float y, float x, float light);

}  // namespace cytoscale::simulate
