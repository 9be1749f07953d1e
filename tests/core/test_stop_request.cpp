#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "processes.hpp"

namespace cytoscale {
namespace {

void sleep_ms(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
}

// A job that loops until it is asked to stop; its exit code is the signal.
Child looping_job(Pipe& ready) {
  return Child([&ready] {
    StopRequest::install();
    ready.say('r');
    while (!stop_requested()) sleep_ms(5);
    return stop_signal();
  });
}

TEST(StopRequest, EachSignalSetsTheFlag) {
  for (const int signal : {SIGTERM, SIGUSR1, SIGINT}) {
    Pipe ready;
    Child job = looping_job(ready);
    ASSERT_EQ(ready.hear(), 'r');
    job.signal(signal);
    EXPECT_EQ(job.exit_code(), signal);
  }
}

TEST(StopRequest, TheFirstSignalIsTheOneThatIsNamed) {
  Child job([] {
    StopRequest::install();
    ::raise(SIGUSR1);
    while (!stop_requested()) sleep_ms(5);  // ThreadSanitizer puts handlers off
    ::raise(SIGTERM);
    ::raise(SIGINT);
    return stop_signal_name() == "SIGUSR1" ? 0 : 1;
  });
  EXPECT_EQ(job.exit_code(), 0);
}

TEST(StopRequest, ASecondInterruptEndsTheProcess) {
  Pipe ready;
  Child job([&ready] {
    StopRequest::install();
    ready.say('r');
    while (!stop_requested()) sleep_ms(5);
    ready.say('s');
    for (;;) sleep_ms(stop_requested() ? 5 : 0);  // a safe point that never comes
    return 0;
  });
  ASSERT_EQ(ready.hear(), 'r');
  job.signal(SIGINT);
  ASSERT_EQ(ready.hear(), 's');
  sleep_ms(600);
  job.signal(SIGINT);
  const int status = job.status();
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(StopRequest, OneCtrlCThatComesByTwoWaysIsOne) {
  int exit_code = -1;
  for (int attempt = 0; attempt < 5 && exit_code != 0;
       ++attempt) {  // a busy machine may pause between the two
    Child job([] {
      StopRequest::install();
      ::raise(SIGINT);
      ::raise(SIGINT);
      return stop_requested() ? 0 : 1;
    });
    exit_code = job.exit_code();
  }
  EXPECT_EQ(exit_code, 0);
}

TEST(StopRequest, AReadThatASignalMeetsGoesOn) {
  Pipe ready, data;
  Child job([&] {
    StopRequest::install();
    ready.say('r');
    return data.read_now() == 'd' && stop_requested() ? 0 : 1;  // with EINTR it would read nothing
  });
  ASSERT_EQ(ready.hear(), 'r');
  sleep_ms(50);
  job.signal(SIGTERM);
  sleep_ms(50);
  data.say('d');
  EXPECT_EQ(job.exit_code(), 0);
}

TEST(StopRequest, AnInterruptIgnoredAtTheStartIsHeeded) {
  Pipe ready;
  Child job([&] {
    ::signal(SIGINT, SIG_IGN);
    StopRequest::install();
    ready.say('r');
    while (!stop_requested()) sleep_ms(5);
    return 0;
  });
  ASSERT_EQ(ready.hear(), 'r');
  job.signal(SIGINT);
  EXPECT_EQ(job.exit_code(), 0);
}

TEST(StopRequest, AReaderOfTheLogThatGoesAwayEndsNothing) {
  Child job([] {
    StopRequest::install();
    Pipe log;
    log.close_reading();
    return ::write(log.writing_end(), "x", 1) == -1 && errno == EPIPE ? 0 : 1;
  });
  EXPECT_EQ(job.exit_code(), 0);
}

TEST(StopRequest, TheTestsHookRaisesAndClears) {
  EXPECT_FALSE(stop_requested());
  EXPECT_EQ(stop_signal_name(), "");
  StopRequest::raise(SIGTERM);
  EXPECT_TRUE(stop_requested());
  EXPECT_EQ(stop_signal(), SIGTERM);
  EXPECT_EQ(stop_signal_name(), "SIGTERM");
  StopRequest::clear();
  EXPECT_FALSE(stop_requested());
}

TEST(Interrupted, IsNoErrorAndNamesItsSignal) {
  try {
    throw Interrupted(SIGUSR1);
  } catch (const Error&) {
    FAIL() << "nothing is wrong";
  } catch (const std::exception& stopped) {
    EXPECT_STREQ(stopped.what(), "stopped by SIGUSR1");
  }
  EXPECT_EQ(exit_interrupted, 75);
}

}  // namespace
}  // namespace cytoscale
