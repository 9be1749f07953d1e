// Which wells of a training set are held out to validate, and which treatments are no labels at all. Pure;
// draws are a function of the seed and of names, not of the order of the wells. Collective: no.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

struct SplitWell {
  std::string label, plate, batch;  // batch: empty where none is known
  bool chosen = false;              // SplitOptions::validation_column has one of the values
  bool validation = false;          // result: held out
  bool dropped = false;             // result: not used
};

// Sets the results. Remarks are for the log. Throws Error: a test treatment that does not occur, a label of
// one well where wells of each label are held out (SplitOptions::single_wells), no plate or batch that could
// be held out without taking all wells of a label, batches that are not known.
void hold_out(std::vector<SplitWell>& wells, const SplitOptions& options, std::uint64_t seed,
              std::vector<std::string>& remarks);

}  // namespace cytoscale::learn
