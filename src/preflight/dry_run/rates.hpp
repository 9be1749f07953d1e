// How fast the stages of `run` are, from a run that was measured. Collective: no.
#pragma once
#include <filesystem>
#include <map>
#include <string>

namespace cytoscale::preflight {

// Seconds of a rank for one of what the stage goes over: fields, cells; of evaluate a million pairs of wells; of
// train the seconds of all ranks together, however large the screen.
struct Rates {
  std::map<std::string, double> seconds;  // by stage
  std::string from;                       // in words
};

// Those of one busy core (docs/scale.md says of which).
Rates usual_rates();
// Of OUTPUT/state/timings.json and the screen of OUTPUT/cells.h5; of stages that it does not tell of, the
// usual ones. Throws Error: either cannot be read.
Rates measured_rates(const std::filesystem::path& output);

}  // namespace cytoscale::preflight
