// The cells of a field: where they are and what each is like. Painting adds nothing that truth.csv does not
// know of, except chance details (where a nucleolus lies, how a fiber bends).
#pragma once
#include <cstdint>
#include <vector>

#include "simulate/biology/nuisance.hpp"
#include "simulate/biology/traits.hpp"
#include "simulate/design/design.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

enum class Phase { interphase, prometaphase, metaphase, anaphase };
const char* phase_name(Phase phase);

struct Cell {
  std::uint64_t number = 0;  // within the field: names its random stream
  float y = 0,
        x = 0;  // center of its (main) nucleus, px, pixel centers at integers; may lie outside the field
  float angle_rad = 0;  // of its long axis
  bool responded = false;
  int nuclei = 1;
  Phase phase = Phase::interphase;
  TraitVector traits{};  // natural values; population traits unused
};

// The seed and the place (plate, well position, site) of a field: all that its random streams depend on.
struct FieldKey {
  std::uint64_t seed, plate, position, site;
};
FieldKey field_key(const SimulateSettings& settings, const Design& design, const DesignWell& well, int site);

// Cells within the field and in a margin of one cell round it.
std::vector<Cell> grow_cells(const SimulateSettings& settings, const Effect& effect, const Culture& culture,
                             const FieldKey& key);

bool inside_field(const Cell& cell, int field_px);

}  // namespace cytoscale::simulate
