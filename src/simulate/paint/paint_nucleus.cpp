// The DNA channel: chromatin with nucleoli left out, or condensed chromosomes.
#include <algorithm>
#include <numbers>

#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

float soft_step(float inside_px) {
  return std::clamp(0.5f + inside_px, 0.0f, 1.0f);
}

template <typename Light>
void for_each_pixel_near(const PaintContext& brush, float y, float x, float reach, PlaneSpan plane,
                         Light light) {
  const int side = brush.canvas.side;
  const int y0 = std::max(0, static_cast<int>(y - reach)),
            y1 = std::min(side - 1, static_cast<int>(y + reach) + 1);
  const int x0 = std::max(0, static_cast<int>(x - reach)),
            x1 = std::min(side - 1, static_cast<int>(x + reach) + 1);
  for (int py = y0; py <= y1; ++py)
    for (int px = x0; px <= x1; ++px)
      plane[static_cast<std::size_t>(py * side + px)] +=
          light(static_cast<float>(py), static_cast<float>(px));
}

float nucleoli_at(const CellGeometry& figure, float y, float x) {
  float hole = 0;
  for (const Spot& spot : figure.nucleoli) {
    const float dy = y - spot.y, dx = x - spot.x;
    hole += std::exp(-(dy * dy + dx * dx) / (spot.radius_px * spot.radius_px));
  }
  return std::min(hole, 1.0f);
}

void paint_interphase(const PaintContext& brush, PlaneSpan plane) {
  const CellGeometry& figure = brush.figure;
  const float contrast = 0.9f * brush.trait(Trait::chromatin_texture);
  const float grain = 0.34f * brush.unit_px * brush.trait(Trait::chromatin_grain);
  for (const NucleusShape& nucleus : figure.nuclei) {
    const float light = 0.62f * brush.stain;
    for_each_pixel_near(brush, nucleus.y, nucleus.x, nucleus.reach_px(), plane, [&](float y, float x) {
      const float rho = nucleus.rho(y, x);
      const float cover = soft_step((1 - rho) * nucleus.short_px);
      if (cover <= 0) return 0.0f;
      const float thickness = 0.7f + 0.3f * std::sqrt(std::max(0.0f, 1 - rho * rho));
      const float chromatin = std::max(0.15f, 1 + contrast * brush.noise_at(y, x, grain));
      return light * cover * thickness * chromatin * (1 - 0.5f * nucleoli_at(figure, y, x));
    });
  }
}

// A bar of chromosomes across the spindle, `shift` px along it.
void paint_plate(const PaintContext& brush, PlaneSpan plane, float shift, float half_length, float half_width,
                 float light) {
  const CellGeometry& figure = brush.figure;
  const NucleusShape& nucleus = figure.nuclei.front();
  const float y = nucleus.y + shift * nucleus.sine, x = nucleus.x + shift * nucleus.cosine;
  for_each_pixel_near(brush, y, x, half_length + 2, plane, [&](float py, float px) {
    const float dy = py - y, dx = px - x;
    const float along = dx * nucleus.cosine + dy * nucleus.sine,
                across = dy * nucleus.cosine - dx * nucleus.sine;
    const float rough = 1 + 0.18f * brush.noise_at(py, px, 0.25f * brush.unit_px);
    const float rho =
        std::sqrt(along * along / (half_width * half_width) + across * across / (half_length * half_length));
    return light * soft_step((rough - rho) * half_width);
  });
}

void paint_prometaphase(const PaintContext& brush, PlaneSpan plane) {
  const CellGeometry& figure = brush.figure;
  const NucleusShape& nucleus = figure.nuclei.front();
  const float radius = 0.62f * figure.nucleus_px, width = 0.38f * figure.nucleus_px;
  for_each_pixel_near(brush, nucleus.y, nucleus.x, radius + 2.5f * width, plane, [&](float y, float x) {
    const float away = std::hypot(y - nucleus.y, x - nucleus.x) - radius;
    const float clumps = std::max(0.1f, 1 + 0.55f * brush.noise_at(y, x, 0.3f * brush.unit_px));
    return 1.25f * brush.stain * clumps * std::exp(-away * away / (width * width));
  });
}

}  // namespace

void paint_dna(const PaintContext& brush, PlaneSpan plane, Random&) {
  const float r = brush.figure.nucleus_px;
  switch (brush.figure.cell.phase) {
    case Phase::interphase:
      return paint_interphase(brush, plane);
    case Phase::prometaphase:
      return paint_prometaphase(brush, plane);
    case Phase::metaphase:
      return paint_plate(brush, plane, 0, 1.05f * r, 0.36f * r, 1.6f * brush.stain);
    case Phase::anaphase:
      paint_plate(brush, plane, -0.62f * r, 0.85f * r, 0.27f * r, 1.5f * brush.stain);
      return paint_plate(brush, plane, 0.62f * r, 0.85f * r, 0.27f * r, 1.5f * brush.stain);
  }
}

}  // namespace cytoscale::simulate
