#include "mpi/threads.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

#include "core/fingerprint.hpp"
#include "core/threads/task_queue.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::mpi {

int threads_per_rank(const Communicator& comm, int asked) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  const bool known = sched_getaffinity(0, sizeof mine, &mine) == 0;
  const int available = known ? CPU_COUNT(&mine) : static_cast<int>(std::thread::hardware_concurrency());
  const auto mask = Fingerprint().add({reinterpret_cast<const char*>(&mine), sizeof mine}).text();
  const auto masks = comm.all_gather(mask);
  const bool shared = std::count(masks.begin(), masks.end(), mask) > 1;
  if (asked < 0 || asked > max_threads)
    throw AgreedError(exit_input_error, std::to_string(asked) + " is no number of threads", "--threads",
                      "Give as many as the rank has processors, up to " + std::to_string(max_threads) +
                          "; 0: its share of them");
  if (asked > 0) return asked;
  return std::max(1, shared ? available / comm.node_size() : available);
}

}  // namespace cytoscale::mpi
