// model/train_log.csv: one row every few steps. Rows are appended as they come; a run that is continued drops
// the rows behind its checkpoint first. Used by one rank (root).
#pragma once
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>

namespace cytoscale::learn {

struct TrainLogRow {
  std::int64_t step = 0;                     // steps done
  double epoch = 0, loss = 0, accuracy = 0;  // means since the last row
  std::optional<double> validation_loss, validation_accuracy;
  double cells_per_s = 0, seconds = 0, learning_rate = 0;  // seconds: of training so far, over all its parts
};

class TrainLog {
 public:
  // Keeps the rows up to `first_step` of a log that is there. Throws Error when it cannot be written.
  TrainLog(const std::filesystem::path& path, std::int64_t first_step);
  double seconds_before() const { return seconds_before_; }
  void add(const TrainLogRow& row);

 private:
  std::filesystem::path path_;
  double seconds_before_ = 0;
  std::ofstream file_;
};

}  // namespace cytoscale::learn
