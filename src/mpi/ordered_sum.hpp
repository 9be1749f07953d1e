// Sums over ranks that do not depend on the number of ranks, to the last bit. What is summed comes in parts
// with a fixed number and order (e.g. the shards of a batch), a contiguous block of them on each rank.
// Floating-point addition is not associative, so the order is laid down: a binary tree over the parts,
// whoever holds them. A rank adds up those subtrees that lie within its block; then each rank gets its
// segment of all partial sums, completes the tree for it, and sends it to all others: the traffic of a ring,
// 2 (P-1)/P of the array, where blocks are whole subtrees. Non-blocking; all calls come from the thread that
// speaks MPI.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

// A subtree: parts first … first+count-1; count is a power of two that divides first.
struct PartRange {
  std::size_t first, count;
  bool operator==(const PartRange&) const = default;
};

// The parts of a rank, [first, first + count), and the largest subtrees in them, in order.
PartRange parts_of(std::size_t parts, int rank, int ranks);
std::vector<PartRange> subtrees_of(PartRange block);

// Completes the tree: sums[i] is that of ranges[i]; ranges are neighbors in order and cover all parts. The
// result is in sums[0]; the others are overwritten.
void complete_tree(const std::vector<PartRange>& ranges, const std::vector<std::span<float>>& sums);

class OrderedSum {
 public:
  // `tag` tells sums apart that are under way at the same time. Every rank must have a part. Collective: no.
  OrderedSum(const Communicator& comm, std::size_t parts, std::size_t values, int tag);
  ~OrderedSum();
  OrderedSum(OrderedSum&&) noexcept;

  // One array for each of this rank's subtrees, as subtrees_of() lists them; all are overwritten, and the sum
  // over all ranks ends in the first. Collective: yes, but ranks may start different sums in any order.
  void start(std::vector<std::span<float>> sums);
  // Moves on without blocking; true when the sum is there. Collective: no.
  bool advance();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cytoscale::mpi
