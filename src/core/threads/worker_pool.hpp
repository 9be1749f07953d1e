// Threads that stay and share out the items of one piece of work after the other. For libraries that keep
// buffers per thread, and for work too short to start threads for.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cytoscale {

class WorkerPool {
 public:
  // Each thread calls on_start once, before anything else.
  explicit WorkerPool(int threads, std::function<void()> on_start = {});
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  int size() const { return static_cast<int>(threads_.size()); }

  // Calls work(item, worker) once for each item 0 … count-1, taken in this order by whichever thread is free,
  // and returns at once; on_end is called by the last thread to finish. After an exception the remaining
  // items are not begun.
  using Work = std::function<void(std::size_t item, int worker)>;
  void start(std::size_t count, Work work, std::function<void()> on_end = {});
  // Until all items are done; rethrows the first exception.
  void wait();
  void run(std::size_t count, Work work);

 private:
  void serve(int worker);
  std::vector<std::thread> threads_;
  std::function<void()> on_start_, on_end_;
  Work work_;
  std::mutex mutex_;
  std::condition_variable wake_, done_;
  std::size_t count_ = 0, next_ = 0;
  std::size_t busy_ = 0;
  std::uint64_t round_ = 0;
  bool stop_ = false;
  std::exception_ptr failure_;
};

}  // namespace cytoscale
