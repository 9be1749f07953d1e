// A tagged protein: the light of the compartments that it is in.
#include <algorithm>
#include <cmath>

#include "core/text/text.hpp"
#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

// `place` gives the light of a pixel of the cell.
template <typename Place>
void fill(const PaintContext& brush, PlaneSpan plane, const Place& place) {
  for (const CellPixel& p : brush.pixels) {
    const float grain = 1 + 0.1f * brush.noise_at(p.y, p.x, 0.4f * brush.unit_px);
    plane[static_cast<std::size_t>(p.index)] += brush.stain * grain * place(p);
  }
}

void paint_compartment(Compartment where, const PaintContext& brush, PlaneSpan plane, Random& random) {
  const float rim_px = 0.14f * brush.unit_px;
  switch (where) {
    case Compartment::nucleus:
      return fill(brush, plane, [](const CellPixel& p) { return p.outside_px < 0 ? 0.7f : 0.0f; });
    case Compartment::nucleolus:
      return paint_nucleoli(brush, plane, 0.9f * brush.stain);
    case Compartment::cytoplasm:
      return fill(brush, plane, [](const CellPixel& p) { return p.outside_px < 0 ? 0.05f : 0.45f; });
    case Compartment::cell_periphery:
      return fill(brush, plane, [&](const CellPixel& p) { return 0.8f * std::exp(-p.edge_px / rim_px); });
    case Compartment::er:
      return paint_er(brush, plane, random);
    case Compartment::golgi:
      return paint_golgi(brush, plane, random);
    case Compartment::mitochondria:
      return paint_mito(brush, plane, random);
    case Compartment::microtubules:
      return paint_tubulin(brush, plane, random);
  }
}

}  // namespace

const std::vector<std::string>& compartment_names() {
  static const std::vector<std::string> names = {"nucleus", "nucleolus", "cytoplasm",    "cell periphery",
                                                 "ER",      "Golgi",     "mitochondria", "microtubules"};
  return names;
}

std::vector<Compartment> parse_compartments(const std::string& text) {
  const auto& names = compartment_names();
  std::vector<Compartment> found;
  for (const auto& name : split_list(text, '|'))
    found.push_back(static_cast<Compartment>(std::find(names.begin(), names.end(), name) - names.begin()));
  return found;
}

void paint_protein(const PaintContext& brush, PlaneSpan plane, Random& random) {
  const auto& compartments = brush.effect->compartments;
  fill(brush, plane, [](const CellPixel&) { return 0.06f; });  // the cell's own light
  if (compartments.empty()) return;
  if (!brush.figure.cell.responded) return fill(brush, plane, [](const CellPixel&) { return 0.25f; });
  for (const auto where : compartments) paint_compartment(where, brush, plane, random);
}

}  // namespace cytoscale::simulate
