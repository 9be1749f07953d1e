#include "learn/optim/tally.hpp"

#include <span>

namespace cytoscale::learn {

Score sum_over_ranks(const mpi::Communicator& comm, const Score& mine) {
  double sums[3] = {mine.loss, mine.correct, mine.examples};
  comm.all_reduce(std::span<double>(sums), mpi::Reduction::sum);
  return {sums[0], sums[1], sums[2]};
}

}  // namespace cytoscale::learn
