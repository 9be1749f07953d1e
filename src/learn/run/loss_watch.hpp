// Whether a training still learns: ends it where its loss is not a number, or diverges.
#pragma once
#include <cstdint>
#include <deque>
#include <filesystem>
#include <string>

namespace cytoscale::learn {

class LossWatch {
 public:
  static constexpr std::size_t steps = 20;
  // `most`: the mean loss over the last 20 steps may not be above it; `guessing`: the loss of a network that
  // knows nothing, for the message; `where`: what the message names.
  LossWatch(double most, double guessing, std::filesystem::path where);
  // Of each step; `saved`: there is a checkpoint to go on from. Throws AgreedError naming the step: the loss
  // is that of all ranks, and so is the verdict.
  void observe(double loss, std::int64_t steps_done, bool saved);

 private:
  double most_, guessing_;
  std::filesystem::path where_;
  std::deque<double> recent_;
};

}  // namespace cytoscale::learn
