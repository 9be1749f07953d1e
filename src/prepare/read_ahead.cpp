#include "prepare/read_ahead.hpp"

#include <chrono>

namespace cytoscale::prepare {

ReadAhead::ReadAhead(int threads) {
  for (int i = 0; i < std::max(1, threads); ++i) workers_.emplace_back([this] { serve(); });
}

ReadAhead::~ReadAhead() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    waiting_.clear();
  }
  changed_.notify_all();
  for (auto& worker : workers_) worker.join();
}

void ReadAhead::ask(Task task) {
  std::packaged_task<PreparedField()> packaged(std::move(task));
  results_.push_back(packaged.get_future());
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(packaged));
  }
  changed_.notify_one();
}

PreparedField ReadAhead::take(const Tick& tick) {
  while (results_.front().wait_for(std::chrono::milliseconds(20)) != std::future_status::ready) tick();
  std::future<PreparedField> oldest = std::move(results_.front());
  results_.pop_front();
  return oldest.get();
}

void ReadAhead::serve() {
  while (true) {
    std::packaged_task<PreparedField()> task;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return ending_ || !waiting_.empty(); });
      if (ending_) return;
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    task();
  }
}

}  // namespace cytoscale::prepare
