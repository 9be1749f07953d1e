// A few numbers of every rank, summed over all of them again and again while the ranks work: how much is
// done, how many fields failed, whether anybody wants to stop. One round follows the other in the background
// (MPI_Iallreduce on a communicator of its own), at the pace of the rank that comes by most seldom. Every
// rank sees the same sums of the same round: what all decide by them, they decide alike.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

class Pulse {
 public:
  // `values` numbers a rank; a round is begun at most every `interval_s`. Collective: yes.
  Pulse(const Communicator& comm, std::size_t values, double interval_s = 0.1);
  // A round that is under way is left to itself: its memory stays. Collective: no.
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;

  // Moves on without blocking; true when a round has ended since the last call, and sums() are new. `mine`
  // goes into the next round. Ranks must agree, by sums(), after which round they stop to call it.
  // Collective: no.
  // `idle`: this rank has nothing else to do, and begins its next round at once.
  bool advance(std::span<const std::int64_t> mine, bool idle = false);
  const std::vector<std::int64_t>& sums() const { return sums_; }

 private:
  struct Round;
  std::unique_ptr<Communicator> comm_;
  std::chrono::duration<double> interval_;
  std::chrono::steady_clock::time_point begun_;  // the last round
  std::unique_ptr<Round> round_;                 // under way
  std::vector<std::int64_t> sums_;
};

}  // namespace cytoscale::mpi
