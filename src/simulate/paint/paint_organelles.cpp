// The Cell Painting channels: RNA (nucleoli, cytoplasm), ER, AGP (actin, Golgi, membrane), mitochondria.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

float normal(Random& random) {
  return static_cast<float>(random.normal());
}
float uniform(Random& random, float low, float high) {
  return static_cast<float>(random.uniform(low, high));
}

float rim_of(const PaintContext& brush, const CellPixel& p) {
  return std::min(1.0f, 0.3f + p.edge_px / (0.35f * brush.unit_px));
}

// 1 at the nucleus, falling toward the edge; `spread` in 0…1.
float around_nucleus(const PaintContext& brush, const CellPixel& p, float spread) {
  const float reach = brush.figure.radius_px * (0.15f + 0.9f * spread);
  return std::exp(-std::max(0.0f, p.outside_px) / reach);
}

void paint_blob(PlaneSpan plane, int side, float y, float x, float radius, float light) {
  const int reach = static_cast<int>(std::ceil(2.5f * radius));
  const int cy = static_cast<int>(y), cx = static_cast<int>(x);
  for (int py = std::max(0, cy - reach); py <= std::min(side - 1, cy + reach); ++py)
    for (int px = std::max(0, cx - reach); px <= std::min(side - 1, cx + reach); ++px) {
      const float dy = static_cast<float>(py) - y, dx = static_cast<float>(px) - x;
      plane[static_cast<std::size_t>(py * side + px)] +=
          light * std::exp(-(dy * dy + dx * dx) / (radius * radius));
    }
}

}  // namespace

void paint_golgi(const PaintContext& brush, PlaneSpan plane, Random& random) {
  const float away = brush.unit_px * (0.15f + 1.6f * (1 - brush.trait(Trait::golgi_compactness)));
  for (int spot = 0; spot < 12; ++spot) {
    const float y = brush.figure.centrosome_y + 0.5f * away * normal(random);
    const float x = brush.figure.centrosome_x + 0.5f * away * normal(random);
    const float radius = brush.unit_px * uniform(random, 0.10f, 0.2f);
    if (brush.canvas.owned(y, x, brush.id))
      paint_blob(plane, brush.canvas.side, y, x, radius, 0.28f * brush.stain);
  }
}

void paint_nucleoli(const PaintContext& brush, PlaneSpan plane, float light) {
  for (const Spot& spot : brush.figure.nucleoli)
    paint_blob(plane, brush.canvas.side, spot.y, spot.x, spot.radius_px, light);
}

void paint_rna(const PaintContext& brush, PlaneSpan plane, Random&) {
  for (const CellPixel& p : brush.pixels) {
    const float grain = 1 + 0.12f * brush.noise_at(p.y, p.x, 0.4f * brush.unit_px);
    const float place = p.outside_px < 0 ? 0.34f : 0.55f * around_nucleus(brush, p, 0.6f);
    plane[static_cast<std::size_t>(p.index)] += brush.stain * rim_of(brush, p) * grain * place;
  }
  const float bright = 0.7f * brush.trait(Trait::rna_nucleoli) * brush.stain;
  paint_nucleoli(brush, plane, bright);
}

void paint_er(const PaintContext& brush, PlaneSpan plane, Random&) {
  const float spread = brush.trait(Trait::er_spread);
  for (const CellPixel& p : brush.pixels) {
    const float mesh = std::max(0.2f, 1 + 0.35f * brush.noise_at(p.y, p.x, 0.3f * brush.unit_px));
    const float envelope = std::exp(-p.outside_px * p.outside_px / (0.03f * brush.unit_px * brush.unit_px));
    const float place = p.outside_px < 0 ? 0.2f : 0.75f * around_nucleus(brush, p, spread);
    plane[static_cast<std::size_t>(p.index)] +=
        brush.stain * (rim_of(brush, p) * mesh * place + 0.25f * envelope);
  }
}

void paint_agp(const PaintContext& brush, PlaneSpan plane, Random& random) {
  paint_actin(brush, plane, random);
  for (const CellPixel& p : brush.pixels)
    plane[static_cast<std::size_t>(p.index)] += 0.12f * brush.stain * around_nucleus(brush, p, 0.5f);
  if (brush.figure.cell.phase == Phase::interphase) paint_golgi(brush, plane, random);
}

void paint_mito(const PaintContext& brush, PlaneSpan plane, Random& random) {
  if (brush.pixels.empty()) return;
  const float spread = brush.trait(Trait::mito_spread);
  const float length = 0.9f * brush.unit_px * brush.trait(Trait::mito_length);
  const float whole = std::numbers::pi_v<float> * brush.figure.radius_px * brush.figure.radius_px;
  const float visible = std::min(1.0f, static_cast<float>(brush.pixels.size()) / whole);
  // Shorter mitochondria are more: their mass stays.
  const int count = static_cast<int>(45 * visible / std::clamp(brush.trait(Trait::mito_length), 0.3f, 3.0f));
  for (int i = 0, tries = 0; i < count && tries < 12 * count; ++tries) {
    const CellPixel& p = brush.pixels[random.below(brush.pixels.size())];
    if (p.outside_px < 0 || uniform(random, 0, 1) > around_nucleus(brush, p, spread)) continue;
    ++i;
    float y = p.y, x = p.x, angle = uniform(random, 0, 2 * std::numbers::pi_v<float>);
    const int steps = 1 + static_cast<int>(length * uniform(random, 0.6f, 1.4f));
    for (int s = 0; s < steps; ++s) {
      angle += 1.6f / brush.unit_px * normal(random);
      y += std::sin(angle), x += std::cos(angle);
      if (!brush.canvas.owned(y, x, brush.id)) break;
      deposit(plane, brush.canvas.side, y, x, 0.4f * brush.stain * brush.unit_px / 6.5f);
    }
  }
  for (const CellPixel& p : brush.pixels)
    plane[static_cast<std::size_t>(p.index)] += 0.08f * brush.stain * around_nucleus(brush, p, 0.5f);
}

}  // namespace cytoscale::simulate
