// What the main thread, which alone speaks MPI, is asked for by those that compute meanwhile.
#pragma once
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <span>

#include "mpi/communicator.hpp"

namespace cytoscale::learn {

class MainThread {
 public:
  void begin();  // before the others start
  // On any thread: there is something to carry; the others have ended.
  void poke();
  void end();
  // On another thread: sums in place over the ranks; comes back when the main thread has done so.
  void sum(std::span<double> values);
  // On the main thread: waits for one of these, and does a sum that is asked for. Comes back soon in any case
  // where `carries`: sums are under way for which MPI must be called now and then. True: the others have
  // ended. Collective: yes, where a sum is asked for.
  bool serve(const mpi::Communicator& comm, bool carries);

 private:
  struct SumRequest {
    std::span<double> values;
    std::promise<void> done;
  };
  std::mutex mutex_;
  std::condition_variable news_;
  std::deque<SumRequest*> requests_;
  bool ended_ = false, poked_ = false;
};

}  // namespace cytoscale::learn
