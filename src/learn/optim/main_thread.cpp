#include "learn/optim/main_thread.hpp"

#include <chrono>

namespace cytoscale::learn {

void MainThread::begin() {
  std::lock_guard lock(mutex_);
  ended_ = false;
}

void MainThread::poke() {
  std::lock_guard lock(mutex_);
  poked_ = true;
  news_.notify_one();
}

void MainThread::end() {
  std::lock_guard lock(mutex_);
  ended_ = true;
  news_.notify_one();
}

void MainThread::sum(std::span<double> values) {
  SumRequest request{values, {}};
  {
    std::lock_guard lock(mutex_);
    requests_.push_back(&request);
    news_.notify_one();
  }
  request.done.get_future().wait();
}

bool MainThread::serve(const mpi::Communicator& comm, bool carries) {
  SumRequest* request = nullptr;
  bool ended = false;
  {
    std::unique_lock lock(mutex_);
    const auto anything = [this] { return poked_ || ended_ || !requests_.empty(); };
    if (carries)
      news_.wait_for(lock, std::chrono::microseconds(50), [&] { return !ended_ && anything(); });
    else
      news_.wait(lock, anything);
    poked_ = false;
    ended = ended_;
    if (!requests_.empty()) {
      request = requests_.front();
      requests_.pop_front();
    }
  }
  if (request) {
    comm.all_reduce(request->values, mpi::Reduction::sum);
    request->done.set_value();
  }
  return ended;
}

}  // namespace cytoscale::learn
