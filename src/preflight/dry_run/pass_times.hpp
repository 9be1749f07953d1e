// When each of many ranks would end a pass over the fields of a screen: its own fields, one after the other,
// then groups of the shared tail, each taken by whoever is idle first (prepare/field_pass.hpp), all in one
// process and in no time. Collective: no.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "screen/plan.hpp"

namespace cytoscale::preflight {

struct PassTimes {
  double least_s = 0, mean_s = 0, most_s = 0;  // of ranks, from the pass' begin to their last field
  std::uint64_t tail_groups = 0;               // each is asked for and given in two messages
  // How much longer the pass takes than if all ranks ended at once.
  double imbalance() const { return mean_s > 0 ? most_s / mean_s - 1 : 0; }
};

// `seconds`: of a rank, for a field.
PassTimes pass_times(const screen::ShardPlan& plan, const screen::FieldGroups& groups,
                     const std::function<double(std::size_t field)>& seconds);

}  // namespace cytoscale::preflight
