// Threads that work ahead of the one that uses the results, which gets them in the order it asked for. The
// user bounds how far ahead by how much it asks for. A task may begin with a part that can hang for ever
// (reading from a dead file server) and must not hang the program with it: until it calls Claim::keep() it
// can be given up. A thread that is given up is replaced, and left behind if it never comes back; after
// keep() returned false the task must touch nothing but what it owns. Collective: no.
#pragma once
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>

#include "core/expect.hpp"

namespace cytoscale {

class TaskThreads;

// A task's hold on its result.
class Claim {
 public:
  // Ends the part that can be given up; false: it was, nobody waits for the result.
  bool keep();

 private:
  friend class TaskThreads;
  struct State;
  explicit Claim(std::shared_ptr<State> state) : state_(std::move(state)) {}
  std::shared_ptr<State> state_;
};

// Without the type of the results.
class TaskThreads {
 public:
  // `on_start` is called once by each thread. Throws Error where so many threads cannot be started.
  explicit TaskThreads(int threads, std::function<void()> on_start = {});
  // Tasks that have not begun are dropped; those before their keep() are given up, after a short wait.
  ~TaskThreads();
  TaskThreads(const TaskThreads&) = delete;
  TaskThreads& operator=(const TaskThreads&) = delete;

  using Tick = std::function<void()>;
  using Task = std::function<void(Claim&)>;
  void ask(Task task);
  std::size_t asked() const { return asked_.size(); }
  // Waits for the oldest task; `tick` is called every 20 ms. Rethrows what it threw. False: it had begun more
  // than `limit_s` ago and was not yet past keep(), and is given up (0: no limit).
  bool wait(const Tick& tick, double limit_s = 0);

 private:
  struct Shared;
  void start_thread();
  std::shared_ptr<Shared> shared_;
  std::deque<std::shared_ptr<Claim::State>> asked_;
};

template <typename T>
class TaskQueue {
 public:
  explicit TaskQueue(int threads, std::function<void()> on_start = {})
      : threads_(threads, std::move(on_start)) {}

  void ask(std::function<T(Claim&)> task) {
    auto result = std::make_shared<std::optional<T>>();
    results_.push_back(result);
    threads_.ask([result, task = std::move(task)](Claim& claim) { result->emplace(task(claim)); });
  }
  std::size_t asked() const { return threads_.asked(); }
  // The oldest asked for; nothing where it was given up. As TaskThreads::wait().
  std::optional<T> take(const TaskThreads::Tick& tick, double limit_s = 0) {
    CYTO_EXPECT(!results_.empty());
    const auto result = std::move(results_.front());
    results_.pop_front();
    if (!threads_.wait(tick, limit_s)) return std::nullopt;
    return std::move(*result);
  }

 private:
  std::deque<std::shared_ptr<std::optional<T>>> results_;
  TaskThreads threads_;  // its threads end before the results go
};

// The most threads that a process is given (--threads): above it, a typing error is more likely than a
// machine.
inline constexpr int max_threads = 1024;

}  // namespace cytoscale
