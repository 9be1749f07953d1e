#include "core/threads/task_queue.hpp"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "core/error.hpp"

namespace cytoscale {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto tick_interval = std::chrono::milliseconds(20);
constexpr auto farewell = std::chrono::seconds(2);

}  // namespace

struct Claim::State {
  enum class Phase { waiting, begun, kept, done, given_up };
  TaskThreads::Task task;
  std::mutex mutex;
  std::condition_variable changed;
  Phase phase = Phase::waiting;
  Clock::time_point begun;
  std::exception_ptr failure;
};

bool Claim::keep() {
  const std::lock_guard lock(state_->mutex);
  if (state_->phase == State::Phase::given_up) return false;
  state_->phase = State::Phase::kept;
  return true;
}

// What the threads own together, so that one left behind finds it when it comes back.
struct TaskThreads::Shared {
  struct Worker {
    std::thread thread;
    std::shared_ptr<Claim::State> at;  // guarded by mutex
    bool ended = false;                // guarded by mutex
  };
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::shared_ptr<Claim::State>> waiting;
  std::vector<std::shared_ptr<Worker>> workers;
  std::function<void()> on_start;
  bool ending = false;

  void serve(const std::shared_ptr<Worker>& worker) {
    if (on_start) on_start();
    std::unique_lock lock(mutex);
    while (true) {
      changed.wait(lock, [this] { return ending || !waiting.empty(); });
      if (ending) break;
      worker->at = std::move(waiting.front());
      waiting.pop_front();
      lock.unlock();
      const bool wanted = work(worker->at);
      lock.lock();
      worker->at.reset();
      if (!wanted) break;  // replaced meanwhile
    }
    worker->ended = true;
    changed.notify_all();
  }

  // False where the task was given up.
  static bool work(const std::shared_ptr<Claim::State>& state) {
    {
      const std::lock_guard lock(state->mutex);
      if (state->phase == Claim::State::Phase::given_up) return true;  // before it had begun
      state->phase = Claim::State::Phase::begun;
      state->begun = Clock::now();
    }
    Claim claim(state);
    std::exception_ptr failure;
    try {
      state->task(claim);
    } catch (...) {
      failure = std::current_exception();
    }
    state->task = nullptr;
    const std::lock_guard lock(state->mutex);
    const bool wanted = state->phase != Claim::State::Phase::given_up;
    if (wanted) state->phase = Claim::State::Phase::done;
    state->failure = failure;
    state->changed.notify_all();
    return wanted;
  }
};

TaskThreads::TaskThreads(int threads, std::function<void()> on_start) : shared_(std::make_shared<Shared>()) {
  shared_->on_start = std::move(on_start);
  for (int i = 0; i < std::max(1, threads); ++i) start_thread();
}

void TaskThreads::start_thread() {
  const auto worker = std::make_shared<Shared::Worker>();
  const std::lock_guard lock(shared_->mutex);
  try {
    worker->thread = std::thread([shared = shared_, worker] { shared->serve(worker); });
  } catch (const std::system_error& error) {
    if (!shared_->workers.empty()) return;  // fewer will do
    throw Error(std::string("no thread can be started (") + error.what() + ")", "--threads",
                "Give fewer threads, or raise the limit of processes (ulimit -u)");
  }
  shared_->workers.push_back(worker);
}

TaskThreads::~TaskThreads() {
  std::unique_lock lock(shared_->mutex);
  shared_->ending = true;
  shared_->waiting.clear();
  shared_->changed.notify_all();
  const auto all_ended = [this] {
    return std::all_of(shared_->workers.begin(), shared_->workers.end(),
                       [](const auto& w) { return w->ended; });
  };
  // A task past its keep() is waited for as long as it takes: it uses what its owner is about to destroy.
  const auto holds = [this] {
    return std::any_of(shared_->workers.begin(), shared_->workers.end(), [](const auto& worker) {
      if (worker->ended || !worker->at) return false;
      const std::lock_guard inner(worker->at->mutex);
      return worker->at->phase == Claim::State::Phase::kept;
    });
  };
  shared_->changed.wait_for(lock, farewell, all_ended);
  for (const auto& worker : shared_->workers) {
    if (worker->ended || !worker->at) continue;
    const std::lock_guard inner(worker->at->mutex);
    if (worker->at->phase == Claim::State::Phase::begun) worker->at->phase = Claim::State::Phase::given_up;
  }
  while (holds()) shared_->changed.wait_for(lock, tick_interval);
  for (const auto& worker : shared_->workers) {
    if (!worker->ended) {
      worker->thread.detach();
      continue;
    }
    lock.unlock();
    worker->thread.join();
    lock.lock();
  }
}

void TaskThreads::ask(Task task) {
  const auto state = std::make_shared<Claim::State>();
  state->task = std::move(task);
  asked_.push_back(state);
  const std::lock_guard lock(shared_->mutex);
  shared_->waiting.push_back(state);
  shared_->changed.notify_one();
}

bool TaskThreads::wait(const Tick& tick, double limit_s) {
  const auto state = std::move(asked_.front());
  asked_.pop_front();
  using Phase = Claim::State::Phase;
  std::unique_lock lock(state->mutex);
  while (!state->changed.wait_for(lock, tick_interval, [&] { return state->phase == Phase::done; })) {
    const std::chrono::duration<double> age = Clock::now() - state->begun;
    if (limit_s > 0 && state->phase == Phase::begun && age.count() > limit_s) {
      state->phase = Phase::given_up;
      lock.unlock();
      start_thread();
      return false;
    }
    if (!tick) continue;
    lock.unlock();
    tick();
    lock.lock();
  }
  if (state->failure) std::rethrow_exception(state->failure);
  return true;
}

}  // namespace cytoscale
