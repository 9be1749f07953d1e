// Who does what: plates are given to ranks, balanced by what there is to do, large plates first; the last
// fields are left to be taken from a shared counter by whoever is idle. Pure: (screen, rank count) in, plan
// out. A plan takes memory by plates and ranks, not by fields.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "core/ids.hpp"
#include "core/table/array.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {

// Consecutive fields of one plate that one rank does, one after the other.
struct FieldGroup {
  FieldId first;
  std::size_t count;
  bool operator==(const FieldGroup&) const = default;
};

// All fields of a screen, in order, as groups.
class FieldGroups {
 public:
  FieldGroups() = default;
  // Each of so many fields is a group.
  explicit FieldGroups(std::size_t fields) : fields_(fields) {}
  FieldGroups(Array<FieldGroup> groups) : groups_(std::move(groups)) {}  // NOLINT: is one
  std::size_t size() const { return groups_.empty() ? fields_ : groups_.size(); }
  FieldGroup operator[](std::size_t group) const {
    return groups_.empty() ? FieldGroup{FieldId(group), 1} : groups_[group];
  }
  // The group that holds the field, or, behind the last, their number.
  std::size_t group_of(std::size_t field) const;
  const Array<FieldGroup>& listed() const { return groups_; }

 private:
  Array<FieldGroup> groups_;  // empty: each field is one
  std::size_t fields_ = 0;
};

// What a field costs, e.g. its cells.
using FieldCost = std::function<double(FieldId field)>;

// A group ends where its cost has reached `enough`, or its plate ends; 0: each field is a group. A function
// of the screen alone, whatever the ranks and whatever is done already.
FieldGroups group_fields(const Screen& screen, const FieldCost& cost, double enough);

// Numbers of groups: [first, last).
struct GroupRange {
  std::size_t first, last;
  bool operator==(const GroupRange&) const = default;
};
using GroupRanges = std::vector<GroupRange>;
std::size_t count_groups(const GroupRanges& ranges);

struct ShardPlan {
  std::vector<GroupRanges> own;  // by rank, in order: done first
  GroupRanges tail;              // taken from a shared counter, in this order
};

// About `tail_fraction` of each rank's cost goes to the tail. A group is not divided. Throws Error: no rank.
ShardPlan plan_shards(const std::vector<Plate>& plates, const FieldGroups& groups, const FieldCost& cost,
                      int ranks, double tail_fraction = 0.1);

// Equal contiguous blocks: [first, last) of `count` items for `rank` of `ranks`.
struct Block {
  std::size_t first, last;
};
Block block_of(std::size_t count, int rank, int ranks);

// Tells each field's plate, by a few bytes a plate.
class PlateIndex {
 public:
  explicit PlateIndex(const std::vector<Plate>& plates);
  explicit PlateIndex(const Screen& screen) : PlateIndex(plates_of(screen)) {}
  PlateId operator[](std::size_t field) const;
  std::size_t plates() const { return starts_.size(); }

 private:
  std::vector<std::size_t> starts_;
};

}  // namespace cytoscale::screen
