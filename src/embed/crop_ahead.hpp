// Worker threads that make things ahead of the thread that uses them, which gets them in the order it asked
// for. The user bounds how far ahead by how much it asks for. Collective: no.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "embed/crop_field.hpp"

namespace cytoscale {

class CropAhead {
 public:
  using Task = std::function<CroppedField()>;

  explicit CropAhead(int threads);
  ~CropAhead();  // tasks that have not begun are dropped
  CropAhead(const CropAhead&) = delete;
  CropAhead& operator=(const CropAhead&) = delete;

  void ask(Task task);
  std::size_t asked() const { return results_.size(); }
  // The oldest asked for. `tick` is called every 20 ms while it is waited for. Rethrows what the task threw.
  CroppedField take(const std::function<void()>& tick);

 private:
  void serve();
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::packaged_task<CroppedField()>> waiting_;  // guarded by mutex_
  bool ending_ = false;                                     // guarded by mutex_
  std::deque<std::future<CroppedField>> results_;
  std::vector<std::thread> workers_;
};

}  // namespace cytoscale
