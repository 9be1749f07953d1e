#include "core/threads/dispatch.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace cytoscale {
namespace {

class Crew {
 public:
  Crew(int threads, const std::function<void(std::size_t)>& work) : work_(work) {
    for (int i = 0; i < threads; ++i) workers_.emplace_back([this] { serve(); });
  }
  ~Crew() { end(); }
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  bool failed() {
    const std::lock_guard lock(mutex_);
    return failure_ != nullptr;
  }
  // Waits up to 20 ms for room; false when there is none yet.
  bool has_room() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(20),
                             [&] { return waiting_.size() < 2 * workers_.size() || failure_; });
  }
  bool idle() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::milliseconds(20),
                             [&] { return (waiting_.empty() && busy_ == 0) || failure_; });
  }
  void push(std::size_t item) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(item);
    changed_.notify_all();
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
      changed_.notify_all();
    }
    for (auto& worker : workers_) worker.join();
    workers_.clear();
  }
  void rethrow() {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  void serve() {
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !waiting_.empty() || ending_ || failure_; });
      if (waiting_.empty() || failure_) return;
      const auto item = waiting_.front();
      waiting_.pop_front();
      ++busy_;
      lock.unlock();
      std::exception_ptr failure;
      try {
        work_(item);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      --busy_;
      if (failure && !failure_) failure_ = failure;
      changed_.notify_all();
    }
  }

  const std::function<void(std::size_t)>& work_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::size_t> waiting_;
  std::size_t busy_ = 0;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> workers_;
};

}  // namespace

void dispatch(int threads, const std::function<std::optional<std::size_t>()>& next,
              const std::function<void(std::size_t)>& work, const std::function<void()>& tick) {
  Crew crew(threads < 1 ? 1 : threads, work);
  while (!crew.failed()) {
    if (tick) tick();
    if (!crew.has_room() || crew.failed()) continue;
    const auto item = next();
    if (!item) break;
    crew.push(*item);
  }
  while (!crew.idle()) {
    if (tick) tick();
  }
  crew.end();
  crew.rethrow();
}

}  // namespace cytoscale
