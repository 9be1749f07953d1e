// Which field this rank takes next: first those of its own plates, then what is left in the tail that all
// ranks share.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "mpi/work_counter.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {

class FieldOrder {
 public:
  // Costs of 0 are fields with nothing to do: they are left out. Collective: yes.
  FieldOrder(const mpi::Communicator& comm, const screen::Screen& screen, const std::vector<double>& cost);

  // Every rank must go on until it is given nothing, or drain(): rank 0 waits for that of the others.
  std::optional<std::size_t> next();
  // True on rank 0 when next() would wait for other ranks: finish what is at hand first.
  bool would_wait() const { return at_ >= own_.size() && tail_.would_wait(); }
  // Rank 0 answers the others. Without blocking.
  void serve() { tail_.serve(); }
  // Takes and drops what is left, after a failure; nothing where next() has given nothing already.
  void drain();

 private:
  FieldOrder(const mpi::Communicator& comm, screen::ShardPlan plan, const std::vector<double>& cost);
  std::vector<std::size_t> own_, shared_;
  std::size_t at_ = 0;
  mpi::WorkCounter tail_;
};

}  // namespace cytoscale::prepare
