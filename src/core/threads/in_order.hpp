// Many short tasks of one kind, any of which may hang, on a few threads: their results in order.
#pragma once
#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/expect.hpp"
#include "core/threads/task_queue.hpp"

namespace cytoscale {

// task(item, claim) for the items 0 … count-1, as a task of a TaskQueue<T>. Nothing where a task was not past
// claim.keep() after `limit_s` (0: no limit). After `most_given_up` of those the rest is not asked. Throws
// Error where so many threads cannot be started, and what a task or `tick`, called every 20 ms, throws.
// Collective: no.
template <typename T, typename Task>
std::vector<std::optional<T>> in_order(std::size_t count, int threads, double limit_s,
                                       std::size_t most_given_up, const Task& task,
                                       const TaskThreads::Tick& tick = {}) {
  CYTO_EXPECT(threads > 0 && most_given_up > 0);
  std::vector<std::optional<T>> results(count);
  TaskQueue<T> queue(threads);
  const auto ahead = 4 * static_cast<std::size_t>(threads) + 4;
  std::size_t asked = 0, given_up = 0;
  for (auto& result : results) {
    for (; asked < count && queue.asked() < ahead; ++asked)
      queue.ask([task, item = asked](Claim& claim) { return task(item, claim); });
    result = queue.take(tick, limit_s);
    given_up += !result;
    if (given_up == most_given_up) break;
  }
  return results;
}

}  // namespace cytoscale
