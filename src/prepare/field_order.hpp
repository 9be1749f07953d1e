// Which field this rank takes next: first those of its own, then what is left in the tail that all ranks
// share.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "core/ids.hpp"
#include "mpi/work_counter.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {

// A rank's own fields, in order, and the shared tail, group by group, the same on all ranks. Fields whose
// `units` are 0 have nothing to do: they are left out. Collective: no.
struct FieldShare {
  std::vector<FieldId> own;
  std::vector<std::vector<FieldId>> tail;
};
// Plates, balanced by units (screen/plan.hpp), of undivided groups; and equal blocks of the fields, without
// a tail.
FieldShare by_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                    const std::vector<double>& units, const screen::FieldGroups& groups = {});
FieldShare in_blocks(const mpi::Communicator& comm, const std::vector<double>& units);

class FieldOrder {
 public:
  // Collective: yes.
  FieldOrder(const mpi::Communicator& comm, FieldShare share);
  FieldOrder(const FieldOrder&) = delete;
  FieldOrder& operator=(const FieldOrder&) = delete;

  // Every rank must go on until it is given nothing, or drain(): rank 0 waits for that of the others.
  std::optional<FieldId> next();
  // True on rank 0 when next() would wait for other ranks: finish what is at hand first.
  bool would_wait() const { return at_ >= now_->size() && tail_.would_wait(); }
  // Rank 0 answers the others. Without blocking.
  void serve() { tail_.serve(); }
  // Takes and drops what is left, after a failure; nothing where next() has given nothing already.
  void drain();

 private:
  FieldShare share_;
  const std::vector<FieldId>* now_;  // its own, or a group of the tail …
  std::size_t at_ = 0;               // … and how many of these were given
  mpi::WorkCounter tail_;
};

}  // namespace cytoscale::prepare
