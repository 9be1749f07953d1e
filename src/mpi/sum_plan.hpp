// Who sends what to whom in a sum whose order is laid down: a binary tree over parts (ordered_sum.hpp). Pure.
// A node of the tree that lies in one rank's block is there whole; of one that lies in the blocks of several,
// each of them holds a segment of equal length. From its children's segments to a node's own a rank exchanges
// pieces with few others, a number that does not grow with ranks, so that a sum over P ranks takes O(log P)
// messages of each, and the traffic of a ring where blocks are equal (Rabenseifner 2004, recursive halving,
// for any number of ranks).
#pragma once
#include <cstddef>
#include <vector>

namespace cytoscale::mpi {

// A subtree: parts first … first+count-1; count is a power of two that divides first.
struct PartRange {
  std::size_t first, count;
  bool operator==(const PartRange&) const = default;
};

// The parts of a rank, [first, first + count), and the largest subtrees in them, in order.
PartRange parts_of(std::size_t parts, int rank, int ranks);
std::vector<PartRange> subtrees_of(PartRange block);

// Values [first, first + count) of an array: rank's equal share of all of them.
struct ValueRange {
  std::size_t first, count;
  bool operator==(const ValueRange&) const = default;
};
ValueRange share_of(std::size_t values, std::size_t rank, std::size_t ranks);
ValueRange overlap(ValueRange a, ValueRange b);

// Values that one rank hands to another, or has itself (peer is the rank itself). `slot` is the sender's:
// what it holds of some node; slots 0, 1, … are its own subtrees, then come its merges in their order.
struct SumPiece {
  int peer;
  std::size_t slot;
  ValueRange values;
};

// This rank's segment of a node: the sum of what the pieces of its left and of its right child cover.
struct SumMerge {
  ValueRange segment;
  std::vector<SumPiece> left, right;
};

// The merges of nodes of one size, which need nothing of each other. What is sent from one rank to another,
// and received there, is in one order.
struct SumLevel {
  std::vector<SumPiece> sends;
  std::vector<SumMerge> merges;
};

struct SumPlan {
  std::vector<PartRange> subtrees;  // this rank's own
  std::vector<SumLevel> levels;
  std::size_t whole = 0;     // the slot with this rank's share of the sum of all
  std::vector<int> holders;  // whose shares of it follow one another
};

// Throws Error: a rank would have no part.
SumPlan plan_sum(std::size_t parts, std::size_t values, int rank, int ranks);

// How the shares are spread to all, in ceil(log2 P) steps (Bruck et al. 1997): in each, this rank sends what
// it has of `send` to `to` and receives `receive` from `from`; two ranges where they go around the end.
struct SpreadStep {
  int to, from;
  std::vector<ValueRange> send, receive;
};
std::vector<SpreadStep> plan_spread(std::size_t values, const std::vector<int>& holders, int rank);

}  // namespace cytoscale::mpi
