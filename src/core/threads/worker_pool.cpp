#include "core/threads/worker_pool.hpp"

#include <utility>

namespace cytoscale {

WorkerPool::WorkerPool(int threads, std::function<void()> on_start) : on_start_(std::move(on_start)) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this, i] { serve(i); });
}

WorkerPool::~WorkerPool() {
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return busy_ == 0; });
    stop_ = true;
  }
  wake_.notify_all();
  for (auto& thread : threads_) thread.join();
}

void WorkerPool::start(std::size_t count, Work work, std::function<void()> on_end) {
  std::lock_guard lock(mutex_);
  work_ = std::move(work);
  on_end_ = std::move(on_end);
  count_ = count;
  next_ = 0;
  busy_ = threads_.size();
  failure_ = nullptr;
  ++round_;
  wake_.notify_all();
}

void WorkerPool::wait() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void WorkerPool::run(std::size_t count, Work work) {
  start(count, std::move(work));
  wait();
}

void WorkerPool::serve(int worker) {
  if (on_start_) on_start_();
  std::unique_lock lock(mutex_);
  for (std::uint64_t seen = 0;;) {
    wake_.wait(lock, [&] { return stop_ || round_ != seen; });
    if (stop_) return;
    seen = round_;
    while (next_ < count_ && !failure_) {
      const auto item = next_++;
      lock.unlock();
      std::exception_ptr failure;
      try {
        work_(item, worker);
      } catch (...) {
        failure = std::current_exception();
      }
      lock.lock();
      if (failure && !failure_) failure_ = failure;
    }
    if (--busy_ > 0) continue;
    if (on_end_) on_end_();
    done_.notify_all();
  }
}

}  // namespace cytoscale
