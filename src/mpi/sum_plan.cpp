#include "mpi/sum_plan.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>

#include "core/error.hpp"

namespace cytoscale::mpi {
namespace {

// A node of the tree, and the ranks in whose blocks it lies, in the order of the segments that they hold.
struct Node {
  PartRange range;
  std::vector<int> holders;
};

// Those of the left and of the right child in turn, as far as both have as many: each rank then keeps half of
// what it had, and gives the other half to one rank alone.
std::vector<int> in_turn(const std::vector<int>& left, const std::vector<int>& right) {
  // A rank that holds the end of the one and the beginning of the other counts once.
  const int last = *std::max_element(left.begin(), left.end());
  const bool shared = last == *std::min_element(right.begin(), right.end());
  std::vector<int> all;
  bool met = false;
  for (std::size_t l = 0, r = 0; l < left.size() || r < right.size();) {
    const bool of_left = r == right.size() || (l < left.size() && l * right.size() <= r * left.size());
    const int rank = of_left ? left[l++] : right[r++];
    if (!shared || rank != last || !met) all.push_back(rank);
    met = met || rank == last;
  }
  return all;
}

class Planner {
 public:
  Planner(std::size_t parts, std::size_t values, int rank, int ranks)
      : parts_(parts), values_(values), rank_(rank), ranks_(ranks) {}

  SumPlan plan() {
    const auto block = parts_of(parts_, rank_, ranks_);
    plan_.subtrees = subtrees_of(block);
    for (const auto& subtree : plan_.subtrees) slots_[{subtree.first, subtree.count}] = next_slot_++;
    std::size_t size = 1;
    while (size < parts_) {
      size *= 2;
      SumLevel level;
      for (auto first = block.first / size * size; first < block.first + block.count; first += size)
        merge({first, size}, level);
      if (!level.merges.empty()) plan_.levels.push_back(std::move(level));
    }
    plan_.whole = slots_.at({0, size});
    plan_.holders = node({0, size}).holders;
    return std::move(plan_);
  }

 private:
  int owner(std::size_t part) const {
    return static_cast<int>(((part + 1) * static_cast<std::size_t>(ranks_) - 1) / parts_);
  }
  Node node(PartRange range) const {
    const int first = owner(range.first), last = owner(std::min(range.first + range.count, parts_) - 1);
    if (first == last) return {range, {first}};
    const PartRange left{range.first, range.count / 2}, right{range.first + range.count / 2, range.count / 2};
    if (right.first >= parts_) return {range, node(left).holders};
    return {range, in_turn(node(left).holders, node(right).holders)};
  }
  // One of its rank's own subtrees, or within one.
  bool given(const Node& n) const { return n.holders.size() == 1 && n.range.first + n.range.count <= parts_; }
  // What the holder at a place has of a node.
  ValueRange segment(const Node& n, std::size_t place) const {
    return share_of(values_, place, n.holders.size());
  }
  std::optional<std::size_t> place_of(const Node& n, int rank) const {
    const auto at = std::find(n.holders.begin(), n.holders.end(), rank);
    if (at == n.holders.end()) return std::nullopt;
    return static_cast<std::size_t>(at - n.holders.begin());
  }
  // The pieces of a child that cover this rank's segment of its parent.
  std::vector<SumPiece> covering(const Node& child, ValueRange wanted) const {
    std::vector<SumPiece> pieces;
    for (std::size_t place = 0; place < child.holders.size(); ++place) {
      const int peer = child.holders[place];
      const auto values = overlap(segment(child, place), wanted);
      const auto slot = peer == rank_ ? slots_.at({child.range.first, child.range.count}) : 0;
      if (values.count > 0) pieces.push_back({peer, slot, values});
    }
    return pieces;
  }
  void send(const Node& child, const Node& parent, SumLevel& level) const {
    const auto mine = place_of(child, rank_);
    if (!mine) return;
    for (std::size_t place = 0; place < parent.holders.size(); ++place) {
      const auto values = overlap(segment(child, *mine), segment(parent, place));
      if (parent.holders[place] != rank_ && values.count > 0)
        level.sends.push_back(
            {parent.holders[place], slots_.at({child.range.first, child.range.count}), values});
    }
  }
  void merge(PartRange range, SumLevel& level) {
    const auto parent = node(range);
    if (given(parent)) return;
    const auto half = range.count / 2;
    const PartRange left{range.first, half}, right{range.first + half, half};
    if (right.first >= parts_) {  // missing parts count as nothing
      slots_[{range.first, range.count}] = slots_.at({left.first, left.count});
      return;
    }
    const Node children[] = {node(left), node(right)};
    for (const auto& child : children) send(child, parent, level);
    const auto mine = segment(parent, *place_of(parent, rank_));
    level.merges.push_back({mine, covering(children[0], mine), covering(children[1], mine)});
    slots_[{range.first, range.count}] = next_slot_++;
  }

  std::size_t parts_, values_;
  int rank_, ranks_;
  SumPlan plan_;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> slots_;  // of (first part, count)
  std::size_t next_slot_ = 0;
};

}  // namespace

ValueRange share_of(std::size_t values, std::size_t rank, std::size_t ranks) {
  const auto first = values * rank / ranks;
  return {first, values * (rank + 1) / ranks - first};
}

ValueRange overlap(ValueRange a, ValueRange b) {
  const auto first = std::max(a.first, b.first);
  const auto end = std::min(a.first + a.count, b.first + b.count);
  return {first, end > first ? end - first : 0};
}

PartRange parts_of(std::size_t parts, int rank, int ranks) {
  const auto share = share_of(parts, static_cast<std::size_t>(rank), static_cast<std::size_t>(ranks));
  return {share.first, share.count};
}

std::vector<PartRange> subtrees_of(PartRange block) {
  std::vector<PartRange> ranges;
  for (std::size_t at = block.first, end = block.first + block.count; at < end;) {
    std::size_t count = 1;
    while (at % (2 * count) == 0 && at + 2 * count <= end) count *= 2;
    ranges.push_back({at, count});
    at += count;
  }
  return ranges;
}

SumPlan plan_sum(std::size_t parts, std::size_t values, int rank, int ranks) {
  if (parts < static_cast<std::size_t>(ranks))
    throw Error("a sum of " + std::to_string(parts) + " parts over " + std::to_string(ranks) + " ranks");
  return Planner(parts, values, rank, ranks).plan();
}

std::vector<SpreadStep> plan_spread(std::size_t values, const std::vector<int>& holders, int rank) {
  const auto ranks = holders.size();
  // The values of the shares of `count` places from the first on, around the end.
  const auto shares = [&](std::size_t first, std::size_t count) {
    std::vector<ValueRange> ranges;
    const auto add = [&](std::size_t from, std::size_t to) {
      const auto begin = share_of(values, from, ranks).first;
      const auto last = share_of(values, to - 1, ranks);
      if (last.first + last.count > begin) ranges.push_back({begin, last.first + last.count - begin});
    };
    first %= ranks;
    add(first, std::min(first + count, ranks));
    if (first + count > ranks) add(0, first + count - ranks);
    return ranges;
  };
  const auto place =
      static_cast<std::size_t>(std::find(holders.begin(), holders.end(), rank) - holders.begin());
  std::vector<SpreadStep> steps;
  for (std::size_t has = 1; has < ranks; has *= 2) {
    const auto count = std::min(has, ranks - has);
    steps.push_back({holders[(place + ranks - has) % ranks], holders[(place + has) % ranks],
                     shares(place, count), shares(place + has, count)});
  }
  return steps;
}

}  // namespace cytoscale::mpi
