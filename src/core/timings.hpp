// Where a rank's time goes: seconds by what they were spent on. Thread-safe.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "core/system/clock.hpp"

namespace cytoscale {

class Timings {
 public:
  void add(const std::string& what, double seconds);
  // What was added since it was asked last.
  std::map<std::string, double> take();

 private:
  std::mutex mutex_;
  std::map<std::string, double> seconds_;
};

// Adds the time from here to the end of the block; nothing where there are no timings.
class TimeSpent {
 public:
  TimeSpent(Timings* timings, const Clock& clock, const char* what)
      : timings_(timings), clock_(clock), what_(what), start_s_(timings ? clock.now_s() : 0) {}
  ~TimeSpent();
  TimeSpent(const TimeSpent&) = delete;
  TimeSpent& operator=(const TimeSpent&) = delete;

 private:
  Timings* timings_;
  const Clock& clock_;
  const char* what_;
  double start_s_;
};

}  // namespace cytoscale
