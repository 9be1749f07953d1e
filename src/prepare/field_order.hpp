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

// A rank's own groups of fields, in order, and the shared tail, the same on all ranks.
struct FieldShare {
  screen::FieldGroups groups;
  screen::GroupRanges own, tail;
};
// Of a field; 0: there is nothing to do.
using FieldUnits = std::function<double(FieldId field)>;
// Plates, balanced by units (screen/plan.hpp), of undivided groups; and equal blocks of the fields that have
// units, without a tail. Rank 0 plans for all. Collective: yes.
FieldShare by_plate(const mpi::Communicator& comm, const screen::Screen& screen, const FieldUnits& units,
                    const screen::FieldGroups& groups = {});
FieldShare in_blocks(const mpi::Communicator& comm, screen::Block fields, const FieldUnits& units);

class FieldOrder {
 public:
  // Fields without units are left out. Collective: yes.
  FieldOrder(const mpi::Communicator& comm, FieldShare share, FieldUnits units);
  FieldOrder(const FieldOrder&) = delete;
  FieldOrder& operator=(const FieldOrder&) = delete;

  // Every rank must go on until it is given nothing, or drain(): rank 0 waits for that of the others.
  std::optional<FieldId> next();
  // True on rank 0 when next() would wait for other ranks: finish what is at hand first.
  bool would_wait() const { return at_ >= end_ && tail_.would_wait(); }
  // Rank 0 answers the others. Without blocking.
  void serve() { tail_.serve(); }
  // Takes and drops what is left, after a failure; nothing where next() has given nothing already.
  void drain();

 private:
  void begin(std::size_t group);
  void begin_of_tail(std::size_t number);
  void go_to_work();

  FieldShare share_;
  FieldUnits units_;
  std::size_t own_ = 0, group_ = 0;  // in share_.own; the next group of it
  std::size_t at_ = 0, end_ = 0;     // of the group that was begun: the next field with units, its end
  mpi::WorkCounter tail_;
};

}  // namespace cytoscale::prepare
