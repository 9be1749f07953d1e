// `cytoscale simulate`: a screen with known truth, for trying and testing the whole road. See docs of the job
// for what is in it. OUTPUT/images/<plate>/<plate>_<well>_s<site>_<Channel>.tif (16-bit, deflate),
// OUTPUT/screen.csv (native manifest) and OUTPUT/truth.csv (one row a cell); with masks those of truth.hpp.
// The bytes depend on the settings alone, not on the number of ranks.
#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "core/system/clock.hpp"
#include "mpi/communicator.hpp"
#include "simulate/biology/population.hpp"
#include "simulate/design/design.hpp"
#include "simulate/paint/noise_tile.hpp"
#include "simulate/settings.hpp"

namespace cytoscale::simulate {

struct SimulatedField {
  std::vector<Cell> cells;                           // also those whose center lies outside
  std::vector<std::vector<std::uint16_t>> pictures;  // by channel, [side][side]
  std::vector<int> owner;                            // [side][side], index of the cell there, -1 for none
};

// Pure. site is 1-based.
SimulatedField simulate_field(const SimulateSettings& settings, const Design& design, const DesignWell& well,
                              int site, const NoiseTile& noise);

struct SimulateSummary {
  std::int64_t plates = 0, wells = 0, fields = 0, cells = 0;
};

// Writes everything; screen.csv last, so that its presence means a whole screen. Collective: yes. Throws the
// same Error on every rank.
SimulateSummary simulate_screen(const SimulateSettings& settings, const mpi::Communicator& comm,
                                const Clock& clock);

}  // namespace cytoscale::simulate
