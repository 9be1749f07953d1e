// Progress of a job for the person who waits: done/total, rate and time left. On a terminal one line that is
// redrawn; else a plain line every 30 s and one at the end. Only the rank given `active` shows anything.
#pragma once
#include <cstdint>
#include <string>

#include "core/system/clock.hpp"

namespace cytoscale {

class Progress {
 public:
  Progress(std::string what, std::string unit, std::uint64_t total, const Clock& clock, bool active);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of total, monotonic; `note` is shown behind (e.g. "loss 2.31").
  void update(std::uint64_t done, const std::string& note = {});
  void finish();

 private:
  void show(bool last);
  std::string what_, unit_, note_;
  std::uint64_t total_, done_ = 0;
  const Clock& clock_;
  bool active_, terminal_, finished_ = false;
  double start_s_, shown_s_;
};

}  // namespace cytoscale
