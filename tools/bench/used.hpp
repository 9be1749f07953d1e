// What this process has used so far.
#pragma once
#include <sys/resource.h>

namespace cytoscale::bench {

inline rusage used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage;
}

// Of user and system, all threads.
inline double processor_s() {
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used().ru_utime) + seconds(used().ru_stime);
}

inline long peak_kib() {
  return used().ru_maxrss;
}

inline double peak_MB() {
  return static_cast<double>(peak_kib()) * 1024 / 1e6;
}

}  // namespace cytoscale::bench
