#include "simulate/biology/cell_geometry.hpp"

#include <algorithm>
#include <numbers>

namespace cytoscale::simulate {
namespace {

constexpr double pi = std::numbers::pi;
constexpr double cell_to_nucleus = 2.5;  // radii of the nominal cell and nucleus

float trait(const Cell& cell, Trait which) {
  return static_cast<float>(cell.traits[index_of(which)]);
}

// A swelling of the outline: pointed, as where a cell holds on to its ground.
struct Protrusion {
  double angle, height, sharpness;
};

std::vector<Protrusion> draw_protrusions(const Cell& cell, double lobes, Random& random) {
  std::vector<Protrusion> all;
  const auto count = 2 + random.below(4);
  for (std::uint64_t i = 0; i < count; ++i) {
    const double along = cell.angle_rad + (random.uniform() < 0.5 ? 0 : pi) + 0.5 * random.normal();
    const double angle = i < 2 ? along : random.uniform(0, 2 * pi);
    all.push_back({angle, lobes * 4 * std::abs(random.normal()), random.uniform(4, 16)});
  }
  return all;
}

// An ellipse with protrusions and two gentle waves; mitotic cells round up.
void draw_outline(CellGeometry& figure, Random& random) {
  const Cell& cell = figure.cell;
  const bool round = cell.phase != Phase::interphase;
  const double stretch = round ? 1.05 : std::sqrt(trait(cell, Trait::cell_elongation));
  const double lobes = round ? 0.01 : trait(cell, Trait::cell_lobes);
  const auto protrusions = draw_protrusions(cell, lobes, random);
  const double two = 0.5 * lobes * random.normal(), three = 0.5 * lobes * random.normal();
  const double phase = random.uniform(0, 2 * pi);
  std::array<double, 64> radii{};
  double squares = 0;
  for (std::size_t i = 0; i < radii.size(); ++i) {
    const double angle = 2 * pi * static_cast<double>(i) / static_cast<double>(radii.size());
    const double u = std::cos(angle - cell.angle_rad) / stretch,
                 v = std::sin(angle - cell.angle_rad) * stretch;
    double wave = 1 + two * std::cos(2 * angle + phase) + three * std::cos(3 * angle + 2 * phase);
    for (const Protrusion& p : protrusions)
      wave += p.height * std::exp(p.sharpness * (std::cos(angle - p.angle) - 1));
    radii[i] = std::max(0.4, wave) / std::sqrt(u * u + v * v);
    squares += radii[i] * radii[i] / static_cast<double>(radii.size());
  }
  const double scale = figure.radius_px / std::sqrt(squares);  // the area stays what the trait says
  for (std::size_t i = 0; i < radii.size(); ++i) {
    figure.inverse_radius[i] = static_cast<float>(1 / (scale * radii[i]));
    figure.reach_px = std::max(figure.reach_px, static_cast<float>(scale * radii[i]) + 1);
  }
}

NucleusShape nucleus_at(float y, float x, float radius, float aspect, double angle, double bend) {
  const float stretch = std::sqrt(aspect);
  return {y,
          x,
          radius * stretch,
          radius / stretch,
          static_cast<float>(std::cos(angle)),
          static_cast<float>(std::sin(angle)),
          static_cast<float>(bend) / (radius * stretch)};
}

// The main nucleus at the cell's center; the others beside it, smaller.
void draw_nuclei(CellGeometry& figure, Random& random) {
  const Cell& cell = figure.cell;
  const float aspect = std::max(1.02f, trait(cell, Trait::nucleus_aspect));
  const double angle = cell.angle_rad + 0.35 * random.normal();
  const float shrink = cell.nuclei > 1 ? 0.85f : 1.0f;
  figure.nuclei.push_back(
      nucleus_at(cell.y, cell.x, figure.nucleus_px * shrink, aspect, angle, 0.12 * random.normal()));
  const double first = random.uniform(0, 2 * pi);
  for (int n = 1; n < cell.nuclei; ++n) {
    const double direction = first + 2 * pi * (n - 1) / 3.0 + 0.2 * random.normal();
    const double size = random.uniform(0.6, 0.85), distance = figure.nucleus_px * (0.85 + size) * 0.98;
    figure.nuclei.push_back(nucleus_at(cell.y + static_cast<float>(distance * std::sin(direction)),
                                       cell.x + static_cast<float>(distance * std::cos(direction)),
                                       figure.nucleus_px * static_cast<float>(size), aspect,
                                       random.uniform(0, pi), 0.12 * random.normal()));
  }
}

void draw_nucleoli(CellGeometry& figure, Random& random) {
  const float size = trait(figure.cell, Trait::nucleolus_size);
  for (const NucleusShape& nucleus : figure.nuclei) {
    const auto count = 1 + random.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      const double angle = random.uniform(0, 2 * pi), away = 0.6 * std::sqrt(random.uniform());
      const double u = away * nucleus.long_px * std::cos(angle),
                   v = away * nucleus.short_px * std::sin(angle);
      figure.nucleoli.push_back(
          {nucleus.y + static_cast<float>(u * nucleus.sine + v * nucleus.cosine),
           nucleus.x + static_cast<float>(u * nucleus.cosine - v * nucleus.sine),
           nucleus.short_px * 0.24f * size * static_cast<float>(random.uniform(0.75, 1.25))});
    }
  }
}

}  // namespace

float CellGeometry::rho(float py, float px) const {
  const float dy = py - y, dx = px - x;
  const float turn = std::atan2(dy, dx) * static_cast<float>(0.5 / pi);
  const float place = (turn < 0 ? turn + 1 : turn) * static_cast<float>(inverse_radius.size());
  const auto i = static_cast<std::size_t>(place);
  const float t = place - static_cast<float>(i);
  const float inverse = inverse_radius[i % inverse_radius.size()] * (1 - t) +
                        inverse_radius[(i + 1) % inverse_radius.size()] * t;
  return std::sqrt(dy * dy + dx * dx) * inverse;
}

float CellGeometry::nuclear_rho(float py, float px) const {
  float least = 1e9f;
  for (const auto& nucleus : nuclei) least = std::min(least, nucleus.rho(py, px));
  return least;
}

CellGeometry make_cell_geometry(const Cell& cell, double nominal_radius_px, Random& random) {
  CellGeometry figure{};
  figure.cell = cell;
  figure.nucleus_px = static_cast<float>(nominal_radius_px) * std::sqrt(trait(cell, Trait::nucleus_area));
  const float body =
      static_cast<float>(nominal_radius_px * cell_to_nucleus) * std::sqrt(trait(cell, Trait::cell_area));
  const bool mitotic = cell.phase != Phase::interphase;
  figure.radius_px = mitotic ? 0.62f * body : std::max(body, 1.35f * figure.nucleus_px);
  // The nucleus lies off the body's center, less so in round cells.
  const double away = mitotic ? 0 : 0.18 * (figure.radius_px - figure.nucleus_px) * std::abs(random.normal());
  const double side = random.uniform(0, 2 * pi);
  figure.y = cell.y + static_cast<float>(away * std::sin(side));
  figure.x = cell.x + static_cast<float>(away * std::cos(side));
  draw_outline(figure, random);
  draw_nuclei(figure, random);
  if (!mitotic) draw_nucleoli(figure, random);
  // The centrosome sits by the nucleus, toward the larger part of the body.
  const double toward = side + 0.5 * random.normal();
  figure.centrosome_y = cell.y + static_cast<float>(1.1 * figure.nucleus_px * std::sin(toward));
  figure.centrosome_x = cell.x + static_cast<float>(1.1 * figure.nucleus_px * std::cos(toward));
  return figure;
}

}  // namespace cytoscale::simulate
