// Who does what: plates are given to ranks, balanced by field count, large plates first; the last fields are
// left to be taken from a shared counter by whoever is idle. Pure: (screen, rank count) in, plan out.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/ids.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {

// Consecutive fields of one plate that one rank does, one after the other.
struct FieldGroup {
  FieldId first;
  std::size_t count;
  bool operator==(const FieldGroup&) const = default;
};
using FieldGroups = std::vector<FieldGroup>;

// All fields of the screen, in order: a group ends where its cost has reached `enough`, or its plate ends;
// 0: a group each. A function of the screen alone, whatever the ranks and whatever is done already.
FieldGroups group_fields(const Screen& screen, const std::vector<double>& cost, double enough);

struct ShardPlan {
  std::vector<std::vector<FieldId>> fields;  // by rank, in global order: done first
  FieldGroups tail;                          // taken from a shared counter, in this order
};

// Each field's cost (e.g. its cells), or 1 each where empty. About `tail_fraction` of each rank's cost goes
// to the tail. A group is not divided; where there are none, each field is one.
ShardPlan plan_shards(const Screen& screen, int ranks, const std::vector<double>& cost = {},
                      double tail_fraction = 0.1, const FieldGroups& groups = {});

// Equal contiguous blocks: [first, last) of `count` items for `rank` of `ranks`.
struct Block {
  std::size_t first, last;
};
Block block_of(std::size_t count, int rank, int ranks);

}  // namespace cytoscale::screen
