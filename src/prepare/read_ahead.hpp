// Worker threads that prepare fields ahead of the thread that uses them, which gets them in the order it
// asked for. The user bounds how far ahead by how much it asks for. Collective: no.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "screen/failures.hpp"

namespace cytoscale::prepare {

using Tick = std::function<void()>;  // for others who wait, now and then during long work

struct PreparedField {
  std::size_t field = 0;
  std::optional<screen::FieldFailure> failure;  // it could not be read …
  std::function<void(const Tick&)> finish;      // … or else what the asking thread does with it
};

class ReadAhead {
 public:
  using Task = std::function<PreparedField()>;

  explicit ReadAhead(int threads);
  ~ReadAhead();  // tasks that have not begun are dropped
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  void ask(Task task);
  std::size_t asked() const { return results_.size(); }
  // The oldest asked for. `tick` is called every 20 ms while it is waited for. Rethrows what the task threw.
  PreparedField take(const Tick& tick);

 private:
  void serve();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<PreparedField()>> waiting_;  // guarded by mutex_
  bool ending_ = false;                                      // guarded by mutex_
  std::deque<std::future<PreparedField>> results_;
  std::vector<std::thread> workers_;
};

}  // namespace cytoscale::prepare
