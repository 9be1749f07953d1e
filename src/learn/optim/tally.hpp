// How well examples were told apart.
#pragma once
#include "mpi/communicator.hpp"

namespace cytoscale::learn {

// Sums over examples: cells, or groups of them.
struct Score {
  double loss = 0, correct = 0, examples = 0;
  void add(const Score& other) { loss += other.loss, correct += other.correct, examples += other.examples; }
  double mean_loss() const { return examples > 0 ? loss / examples : 0; }
  double accuracy() const { return examples > 0 ? correct / examples : 0; }
};
Score sum_over_ranks(const mpi::Communicator& comm, const Score& mine);  // Collective: yes.

}  // namespace cytoscale::learn
