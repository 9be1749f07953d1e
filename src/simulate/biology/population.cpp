#include "simulate/biology/population.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/random.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { place_stream = 301, cell_stream = 302 };

struct Point {
  double y, x;
};

// Throws darts: most land anywhere, some against a cell that is there; nuclei keep about a diameter apart,
// touching ones less.
std::vector<Point> place(std::size_t count, double low, double high, double radius, double touching,
                         Random& random) {
  std::vector<Point> points;
  const auto crowded = [&](const Point& p, double distance) {
    return std::any_of(points.begin(), points.end(), [&](const Point& q) {
      return (p.y - q.y) * (p.y - q.y) + (p.x - q.x) * (p.x - q.x) < distance * distance;
    });
  };
  for (std::size_t i = 0; i < count; ++i) {
    const bool against = !points.empty() && random.uniform() < touching;
    for (int attempt = 0; attempt < 30; ++attempt) {
      Point p{random.uniform(low, high), random.uniform(low, high)};
      if (against) {
        const Point& q = points[random.below(points.size())];
        const double angle = random.uniform(0, 2 * std::numbers::pi),
                     distance = radius * random.uniform(2.0, 2.7);
        p = {q.y + distance * std::sin(angle), q.x + distance * std::cos(angle)};
        if (p.y < low || p.x < low || p.y >= high || p.x >= high) continue;
      }
      if (crowded(p, radius * (against ? 1.95 : 2.9))) continue;
      points.push_back(p);
      break;
    }
  }
  return points;
}

int several_nuclei(Random& random) {
  const double u = random.uniform();
  return u < 0.65 ? 2 : u < 0.9 ? 3 : 4;
}

Phase mitotic_phase(Random& random) {
  const double u = random.uniform();
  return u < 0.35 ? Phase::prometaphase : u < 0.75 ? Phase::metaphase : Phase::anaphase;
}

void draw_cell(Cell& cell, const Effect& effect, const Culture& culture, Random& random) {
  cell.angle_rad = static_cast<float>(random.uniform(0, std::numbers::pi));
  cell.responded = random.uniform() < effect.response_fraction;
  const auto moved = [&](std::size_t t) {
    return culture.baseline[t] + (cell.responded ? culture.response[t] * effect.shift[t] : 0);
  };
  const double size = random.normal();  // large cells have large nuclei
  for (std::size_t t = 0; t < cell_trait_count; ++t) {
    const auto trait = static_cast<Trait>(t);
    double z = random.normal();
    if (trait == Trait::nucleus_area || trait == Trait::cell_area) z = 0.8 * z + 0.6 * size;
    cell.traits[t] = natural(trait, z + moved(t));
  }
  const auto share = [&](Trait trait) { return natural(trait, moved(index_of(trait))); };
  const double u = random.uniform(), v = random.uniform();
  if (u < share(Trait::mitotic))
    cell.phase = mitotic_phase(random);
  else if (v < share(Trait::multinucleate))
    cell.nuclei = several_nuclei(random);
}

}  // namespace

const char* phase_name(Phase phase) {
  switch (phase) {
    case Phase::interphase:
      return "interphase";
    case Phase::prometaphase:
      return "prometaphase";
    case Phase::metaphase:
      return "metaphase";
    case Phase::anaphase:
      return "anaphase";
  }
  return "";
}

FieldKey field_key(const SimulateSettings& settings, const Design& design, const DesignWell& well, int site) {
  return {settings.seed, static_cast<std::uint64_t>(well.plate),
          static_cast<std::uint64_t>(well.row * design.plate_columns + well.column),
          static_cast<std::uint64_t>(site)};
}

std::vector<Cell> grow_cells(const SimulateSettings& settings, const Effect& effect, const Culture& culture,
                             const FieldKey& key) {
  const auto& imaging = settings.imaging;
  const double margin = 3 * imaging.nucleus_radius_px, side = imaging.field_px + 2 * margin;
  const std::size_t d = index_of(Trait::density);
  const double density = natural(
      Trait::density, culture.baseline[d] + culture.response[d] * effect.response_fraction * effect.shift[d]);
  const double expected = imaging.cells_per_field * density * side * side / imaging.field_px /
                          static_cast<double>(imaging.field_px);
  Random placing(key.seed, {place_stream, key.plate, key.position, key.site});
  const auto points = place(placing.poisson(expected), -margin - 0.5, imaging.field_px + margin - 0.5,
                            imaging.nucleus_radius_px, settings.nuisance.touching, placing);
  std::vector<Cell> cells(points.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    cells[i].number = i;
    cells[i].y = static_cast<float>(points[i].y);
    cells[i].x = static_cast<float>(points[i].x);
    Random random(key.seed, {cell_stream, key.plate, key.position, key.site, i});
    draw_cell(cells[i], effect, culture, random);
  }
  return cells;
}

bool inside_field(const Cell& cell, int field_px) {
  const auto limit = static_cast<float>(field_px) - 0.5f;
  return cell.y >= -0.5f && cell.x >= -0.5f && cell.y < limit && cell.x < limit;
}

}  // namespace cytoscale::simulate
