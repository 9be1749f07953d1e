// Output locks of other processes and hosts, for the tests.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "core/system/output_lock.hpp"
#include "processes.hpp"

namespace cytoscale {

inline void sleep_s(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

inline std::filesystem::path lock_of(const std::filesystem::path& folder) {
  return folder / "state" / "lock";
}

// Of a run on another host.
inline LockRecord elsewhere() {
  LockRecord record = LockRecord::of_this_process();
  record.process.host = "node7";
  record.slurm_job = "815";
  return record;
}

// Holds the lock until it is killed.
inline Child holder(const std::filesystem::path& folder) {
  Pipe ready;
  Child child([&] {
    OutputLock lock(folder);
    ready.say('h');
    for (;;) ::pause();
    return 0;
  });
  EXPECT_EQ(ready.hear(), 'h');
  return child;
}

}  // namespace cytoscale
