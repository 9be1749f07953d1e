#include "learn/optim/tally.hpp"

#include <span>

namespace cytoscale::learn {

Tally sum_over_ranks(const mpi::Communicator& comm, const Tally& mine) {
  double sums[4] = {mine.loss, mine.correct, mine.examples, mine.stop_signals};
  comm.all_reduce(std::span<double>(sums), mpi::Reduction::sum);
  return {sums[0], sums[1], sums[2], sums[3]};
}

}  // namespace cytoscale::learn
