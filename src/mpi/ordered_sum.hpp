// Sums over ranks that do not depend on the number of ranks, to the last bit. What is summed comes in parts
// with a fixed number and order (e.g. the shards of a batch), a contiguous block of them on each rank.
// Floating-point addition is not associative, so the order is laid down: a binary tree over the parts,
// whoever holds them. A rank adds up those subtrees that lie within its block; sum_plan.hpp says how ranks go
// on from there: O(log P) messages of each, and the traffic of a ring, 2 (P-1)/P of the array, where blocks
// are whole subtrees. Non-blocking; all calls come from the thread that speaks MPI.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"
#include "mpi/sum_plan.hpp"

namespace cytoscale::mpi {

// What carries an array's values between ranks. Messages from one rank to another that are sent in one phase
// arrive in order. All calls return at once; the memory given stays untouched until all_arrived().
class SumWire {
 public:
  virtual ~SumWire() = default;
  virtual void send(std::span<const float> values, int to, int phase) = 0;
  virtual void receive(std::span<float> values, int from, int phase) = 0;
  virtual bool all_arrived() = 0;  // what was sent and received since it last said so
};

class OrderedSum {
 public:
  // `tag` tells sums apart that are under way at the same time. Every rank must have a part. Collective: no.
  OrderedSum(const Communicator& comm, std::size_t parts, std::size_t values, int tag);
  // Over anything that carries values: many ranks in one process.
  OrderedSum(std::unique_ptr<SumWire> wire, int rank, int ranks, std::size_t parts, std::size_t values);
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
