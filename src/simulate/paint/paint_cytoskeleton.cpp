// Tubulin: microtubules that grow from the centrosome, or a spindle. Actin: a cortical ring and stress
// fibers.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

float normal(Random& random) {
  return static_cast<float>(random.normal());
}
float uniform(Random& random, float low, float high) {
  return static_cast<float>(random.uniform(low, high));
}

// A fiber of this look: one pixel wide before the lens blurs it, so its light grows with the magnification.
float fiber_light(const PaintContext& brush, float light) {
  return light * brush.stain * brush.unit_px / 6.5f;
}

struct Walk {
  float y, x, angle, bend;  // bend: sd of the turn per px
  float length_px;
};

// Walks on while within the cell (also where that lies beyond the field's border) and leaves light behind.
void grow_fiber(const PaintContext& brush, PlaneSpan plane, Walk walk, float light, Random& random) {
  const int steps = static_cast<int>(walk.length_px);
  for (int step = 0; step < steps; ++step) {
    walk.angle += walk.bend * normal(random);
    walk.y += std::sin(walk.angle);
    walk.x += std::cos(walk.angle);
    if (brush.canvas.inside(walk.y, walk.x)) {
      if (!brush.canvas.owned(walk.y, walk.x, brush.id)) return;
      deposit(plane, brush.canvas.side, walk.y, walk.x, light);
    } else if (brush.figure.rho(walk.y, walk.x) >= 1) {
      return;
    }
  }
}

void paint_tubulin_body(const PaintContext& brush, PlaneSpan plane, float diffuse, float gathered) {
  const float reach = brush.figure.radius_px * (0.75f - 0.6f * brush.trait(Trait::tubulin_perinuclear));
  for (const CellPixel& p : brush.pixels) {
    const float rim = std::min(1.0f, 0.35f + p.edge_px / (0.25f * brush.unit_px));
    const float around = std::exp(-std::max(0.0f, p.outside_px) / reach);
    const float over_nucleus = p.outside_px < 0 ? 0.6f : 1.0f;
    const float grain = 1 + 0.15f * brush.noise_at(p.y, p.x, 0.4f * brush.unit_px);
    plane[static_cast<std::size_t>(p.index)] +=
        brush.stain * rim * over_nucleus * grain * (diffuse + gathered * around);
  }
}

// A fiber of a bundle: bundles pass beside the nucleus, not through the centrosome.
Walk bundled_fiber(const PaintContext& brush, float bundle, Random& random) {
  const CellGeometry& figure = brush.figure;
  const float y = figure.cell.y + 1.25f * figure.nucleus_px * std::sin(bundle);
  const float x = figure.cell.x + 1.25f * figure.nucleus_px * std::cos(bundle);
  const float loose = 0.12f * brush.unit_px,
              along = bundle + 0.5f * pi + (random.uniform() < 0.5 ? pi : 0.0f);
  return {y + loose * normal(random), x + loose * normal(random), along + 0.08f * normal(random),
          0.05f * 6.5f / brush.unit_px, 0.8f * figure.reach_px * uniform(random, 0.5f, 1.2f)};
}

Walk free_fiber(const PaintContext& brush, float reach, Random& random) {
  const CellGeometry& figure = brush.figure;
  const float loose = 0.45f * figure.nucleus_px;
  return {figure.centrosome_y + loose * normal(random), figure.centrosome_x + loose * normal(random),
          uniform(random, 0, 2 * pi), 0.13f * 6.5f / brush.unit_px, reach * uniform(random, 0.6f, 1.2f)};
}

void paint_microtubules(const PaintContext& brush, PlaneSpan plane, Random& random) {
  const float bundling = brush.trait(Trait::tubulin_bundling);
  const int count = static_cast<int>(60 * brush.trait(Trait::tubulin_fibers) + uniform(random, 0, 1));
  const int bundles = 2 + static_cast<int>(random.below(3));
  const float first = uniform(random, 0, 2 * pi);
  const float reach = brush.figure.reach_px * (1.5f - 0.9f * brush.trait(Trait::tubulin_perinuclear));
  for (int f = 0; f < count; ++f) {
    const auto which = static_cast<float>(random.below(static_cast<std::uint64_t>(bundles)));
    const bool bundled = random.uniform() < bundling;
    const Walk walk = bundled
                          ? bundled_fiber(brush, first + 2 * pi * which / static_cast<float>(bundles), random)
                          : free_fiber(brush, reach, random);
    grow_fiber(brush, plane, walk, fiber_light(brush, 0.13f), random);
  }
}

void paint_spindle(const PaintContext& brush, PlaneSpan plane, Random& random) {
  const CellGeometry& figure = brush.figure;
  const NucleusShape& axis = figure.nuclei.front();
  const bool early = figure.cell.phase == Phase::prometaphase;
  const float pole = figure.nucleus_px * (early ? 0.75f : 1.15f);
  for (const float sign : {-1.0f, 1.0f}) {
    const float y = axis.y + sign * pole * axis.sine, x = axis.x + sign * pole * axis.cosine;
    const float inward = std::atan2(-sign * axis.sine, -sign * axis.cosine);
    for (int f = 0; f < 22; ++f)
      grow_fiber(brush, plane,
                 {y, x, inward + 0.45f * normal(random), 0.03f, pole * uniform(random, 0.7f, 1.2f)},
                 fiber_light(brush, 0.22f), random);
    for (int f = 0; f < 10; ++f)  // astral
      grow_fiber(brush, plane, {y, x, uniform(random, 0, 2 * pi), 0.05f, 0.6f * figure.nucleus_px},
                 fiber_light(brush, 0.15f), random);
  }
}

void paint_cortex(const PaintContext& brush, PlaneSpan plane, float ring, float diffuse) {
  const float width = 0.17f * brush.unit_px;
  for (const CellPixel& p : brush.pixels) {
    const float cortex = std::exp(-p.edge_px * p.edge_px / (width * width));
    const float ruffle = std::max(0.2f, 1 + 0.45f * brush.noise_at(p.y, p.x, 0.7f * brush.unit_px));
    const float body = std::min(1.0f, p.edge_px / (0.3f * brush.unit_px) + 0.3f);
    plane[static_cast<std::size_t>(p.index)] += brush.stain * (ring * cortex * ruffle + diffuse * body);
  }
}

void paint_stress_fibers(const PaintContext& brush, PlaneSpan plane, Random& random) {
  const CellGeometry& figure = brush.figure;
  const float coherence = brush.trait(Trait::actin_coherence);
  const float spread = 1.5f * (1 - coherence) * (1 - coherence) + 0.04f;
  const float whole = pi * figure.radius_px * figure.radius_px;
  const float share =
      std::min(1.0f, static_cast<float>(brush.pixels.size()) / whole);  // of the cell in the field
  const int count = static_cast<int>(15 * share * brush.trait(Trait::actin_fibers) + uniform(random, 0, 1));
  for (int f = 0; f < count; ++f) {
    const CellPixel& start = brush.pixels[random.below(brush.pixels.size())];
    const float angle = figure.cell.angle_rad + spread * normal(random);
    const float length = figure.radius_px * uniform(random, 0.4f, 1.1f);
    const float light = fiber_light(brush, uniform(random, 0.18f, 0.42f));
    for (const float turn : {0.0f, pi})
      grow_fiber(brush, plane, {start.y, start.x, angle + turn, 0.012f, length}, light, random);
  }
}

}  // namespace

void paint_tubulin(const PaintContext& brush, PlaneSpan plane, Random& random) {
  if (brush.figure.cell.phase != Phase::interphase) {
    paint_tubulin_body(brush, plane, 0.30f, 0.10f);
    return paint_spindle(brush, plane, random);
  }
  const float perinuclear = brush.trait(Trait::tubulin_perinuclear);
  paint_tubulin_body(brush, plane, 0.10f, 0.15f + 0.65f * perinuclear);
  paint_microtubules(brush, plane, random);
}

void paint_actin(const PaintContext& brush, PlaneSpan plane, Random& random) {
  if (brush.pixels.empty()) return;
  const bool mitotic = brush.figure.cell.phase != Phase::interphase;
  paint_cortex(brush, plane, 0.55f * brush.trait(Trait::actin_cortex) * (mitotic ? 1.5f : 1.0f),
               mitotic ? 0.3f : 0.13f);
  if (!mitotic) paint_stress_fibers(brush, plane, random);
}

}  // namespace cytoscale::simulate
