// Ranks and threads that share out one piece of work of which all are to know the results: similarities of
// many rows, random groups. And where the work is one process' alone, the processors of its node for it.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <type_traits>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

class Crew {
 public:
  Crew() = default;  // this process, one thread
  explicit Crew(int threads) : threads_(threads) {}
  // `comm` outlives the crew; `threads` of each of its ranks.
  Crew(const Communicator& comm, int threads) : comm_(&comm), threads_(threads) {}

  bool root() const { return !comm_ || comm_->root(); }
  int threads() const { return threads_; }

  // The results of items 0 … count-1, on all ranks. work(first, last, results, thread) fills in those of
  // [first, last); such blocks have `block` items (the last fewer), whatever the number of ranks and threads,
  // so that what is computed for a block together has the same bits. Every rank must come with the same count
  // and block. What a block throws, all ranks throw. Collective: yes.
  template <typename T>
  using BlockWork = std::function<void(std::size_t first, std::size_t last, T* results, int thread)>;
  template <typename T>
  std::vector<T> map(std::size_t count, std::size_t block, const BlockWork<T>& work) const {
    static_assert(std::is_trivially_copyable_v<T>);
    const auto mine = share(count, block);
    std::vector<T> results(mine.last - mine.first);
    run(mine, block, [&](std::size_t first, std::size_t last, int thread) {
      work(first, last, results.data() + (first - mine.first), thread);
    });
    if (!comm_ || comm_->size() == 1) return results;
    return comm_->gather_all(std::span<const T>(results));
  }
  // The same without results, by this rank's threads: all blocks of it. Collective: no.
  using Work = std::function<void(std::size_t first, std::size_t last, int thread)>;
  void here(std::size_t count, std::size_t block, const Work& work) const;

 private:
  struct Items {
    std::size_t first, last;
  };
  Items share(std::size_t count, std::size_t block) const;
  void run(Items mine, std::size_t block, const Work& work) const;

  const Communicator* comm_ = nullptr;
  int threads_ = 1;
};

// Runs `work` on one rank of each node, with a crew of these ranks; each may use all processors that the
// ranks of its node have (`threads` of each, where it is above 0), since the others sleep meanwhile. What it
// throws, all ranks throw. `work` communicates by the crew alone. Collective: yes.
void on_node_leaders(const Communicator& comm, int threads, const std::function<void(const Crew&)>& work);
// On rank 0 alone, with all processors of its node.
void on_root_with_node(const Communicator& comm, int threads, const std::function<void(const Crew&)>& work);

}  // namespace cytoscale::mpi
