// How well examples were told apart.
#pragma once
#include "mpi/communicator.hpp"

namespace cytoscale::learn {

// Sums over examples: cells, or groups of them.
struct Tally {
  double loss = 0, correct = 0, examples = 0;
  double stop_signals = 0;  // sum of the numbers of the signals that asked ranks to stop; 0: go on
  void add(const Tally& other) {
    loss += other.loss, correct += other.correct, examples += other.examples;
    stop_signals += other.stop_signals;
  }
  double mean_loss() const { return examples > 0 ? loss / examples : 0; }
  double accuracy() const { return examples > 0 ? correct / examples : 0; }
};
Tally sum_over_ranks(const mpi::Communicator& comm, const Tally& mine);  // Collective: yes.

}  // namespace cytoscale::learn
