// A counter shared by all ranks, from which idle ranks take work: 0, 1, … total-1, each handed out once.
// Two-sided messages only (one-sided ones fail over TCP between nodes). Rank 0 answers whenever it calls
// next() or serve(), so call serve() between its items of work.
#pragma once
#include <cstdint>
#include <optional>

#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

class WorkCounter {
 public:
  // Collective: yes (the communicator is duplicated).
  WorkCounter(const Communicator& comm, std::int64_t total);
  ~WorkCounter();
  WorkCounter(const WorkCounter&) = delete;
  WorkCounter& operator=(const WorkCounter&) = delete;

  // The next item, or nothing when all are taken. Collective: no, but every rank must go on calling it until
  // it has been given nothing: rank 0's last call waits for that of all the others.
  std::optional<std::int64_t> next();
  // True on rank 0 when all items are given out and its next call of next() would wait for the other ranks:
  // better finish what is at hand first. Collective: no.
  bool would_wait() const { return comm_->root() && next_ >= total_ && finished_ < comm_->size() - 1; }
  // Rank 0: answers what is waiting, without blocking. Other ranks: nothing. Collective: no.
  void serve();

 private:
  void answer(int rank);
  std::unique_ptr<Communicator> comm_;
  std::int64_t total_, next_ = 0;
  int finished_ = 0;
  bool ended_ = false;  // next() has given nothing
};

}  // namespace cytoscale::mpi
