// Real processes for the tests of locks, temporaries and signals. A child leaves by _exit(): destructors of
// what it shares with the test do not run in it.
#pragma once
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <functional>
#include <string>
#include <utility>

// A child of this test (which has MPI's threads) that starts threads: ThreadSanitizer cannot follow it.
#ifdef __SANITIZE_THREAD__
#define SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS() GTEST_SKIP() << "ThreadSanitizer: threads in a forked child"
#else
#define SKIP_WHERE_CHILDREN_CANNOT_HAVE_THREADS() static_cast<void>(0)
#endif

namespace cytoscale {

// Bytes from one process to another.
class Pipe {
 public:
  Pipe() { EXPECT_EQ(::pipe(ends_), 0); }
  ~Pipe() {
    ::close(ends_[0]);
    close_writing();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  void say(char word) { EXPECT_EQ(::write(ends_[1], &word, 1), 1); }
  // '\0' at the end, where all who could write have closed, and after a minute: a child that died before it
  // spoke fails the test instead of hanging it.
  char hear() const {
    pollfd waiting{ends_[0], POLLIN, 0};
    char word = 0;
    while (::poll(&waiting, 1, 60'000) < 0 && errno == EINTR) {
    }
    return waiting.revents != 0 && ::read(ends_[0], &word, 1) == 1 ? word : '\0';
  }
  // Waits in read() itself.
  char read_now() const {
    char word = 0;
    return ::read(ends_[0], &word, 1) == 1 ? word : '\0';
  }
  void close_writing() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  void close_reading() {
    ::close(ends_[0]);
    ends_[0] = -1;
  }
  int writing_end() const { return ends_[1]; }

 private:
  int ends_[2] = {-1, -1};
};

// Many processes wait until one opens it.
class Gate {
 public:
  void wait() {  // in a child
    pipe_.close_writing();
    pipe_.hear();
  }
  void open() { pipe_.close_writing(); }

 private:
  Pipe pipe_;
};

class Child {
 public:
  explicit Child(const std::function<int()>& work) : pid_(::fork()) {
    if (pid_ != 0) return;
    try {
      ::_exit(work());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "child: %s\n", error.what());
      ::_exit(99);
    }
  }
  ~Child() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    status();
  }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

  pid_t pid() const { return pid_; }
  void signal(int number) const { ::kill(pid_, number); }
  // As waitpid tells it: WIFEXITED and so on.
  int status() {
    int status = -1;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return status;
  }
  int exit_code() {  // -1: killed
    const int ended = status();
    return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
  }
  // SIGKILL, and returns when it is dead; not reaped: a zombie until status() is asked.
  void kill_unreaped() const {
    signal(SIGKILL);
    siginfo_t ended{};
    ::waitid(P_PID, static_cast<id_t>(pid_), &ended, WEXITED | WNOWAIT);
  }
  void kill_and_reap() {
    signal(SIGKILL);
    status();
  }

 private:
  pid_t pid_;
};

}  // namespace cytoscale
