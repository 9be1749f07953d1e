#include "core/system/stop_request.hpp"

#include <signal.h>
#include <time.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

namespace cytoscale {
namespace {

constexpr std::int64_t one_press_ns = 500'000'000;

// A handler may touch only atomics without a lock (and any thread may be the one it runs in).
std::atomic<int> first_signal = 0;
std::atomic<std::int64_t> first_interrupt_ns = 0;
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<std::int64_t>::is_always_lock_free);

std::int64_t now_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);  // async-signal-safe (POSIX)
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

void on_signal(int signal) {
  const int errno_of_the_interrupted = errno;
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
  if (signal == SIGINT) {
    std::int64_t never = 0;
    const std::int64_t now = now_ns();
    if (!first_interrupt_ns.compare_exchange_strong(never, now) && now - never >= one_press_ns) {
      ::signal(SIGINT, SIG_DFL);
      ::raise(SIGINT);  // is blocked in here: strikes on return
    }
  }
  errno = errno_of_the_interrupted;
}

}  // namespace

void StopRequest::install() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigemptyset(&action.sa_mask);
  for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) ::sigaction(signal, &action, nullptr);
  ::signal(SIGPIPE, SIG_IGN);
}

void StopRequest::let_terminate() {
  ::signal(SIGTERM, SIG_DFL);
}

void StopRequest::raise(int signal) {
  int none = 0;
  first_signal.compare_exchange_strong(none, signal);
}

void StopRequest::clear() {
  first_signal = 0;
  first_interrupt_ns = 0;
}

bool stop_requested() noexcept {
  return first_signal.load(std::memory_order_relaxed) != 0;
}

int stop_signal() noexcept {
  return first_signal.load(std::memory_order_relaxed);
}

std::string stop_signal_name() {
  return stop_requested() ? signal_name(stop_signal()) : "";
}

void heed_stop_request() {
  if (stop_requested()) throw Interrupted(stop_signal());
}

std::string signal_name(int signal) {
  switch (signal) {
    case SIGTERM:
      return "SIGTERM";
    case SIGUSR1:
      return "SIGUSR1";
    case SIGINT:
      return "SIGINT";
    default:
      return "signal " + std::to_string(signal);
  }
}

}  // namespace cytoscale
