#include "learn/run/train_log.hpp"

#include <cstdio>
#include <string>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"

namespace cytoscale::learn {
namespace {

constexpr const char* header =
    "step,epoch,loss,accuracy,validation_loss,validation_accuracy,cells_per_s,seconds,learning_rate\n";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// The rows of an earlier part that stand before the checkpoint; a last line cut short by a crash is dropped.
std::string rows_until(const std::string& text, std::int64_t last_step, double& seconds) {
  std::string kept;
  for (std::size_t start = text.find('\n'); start != std::string::npos && start + 1 < text.size();) {
    const auto end = text.find('\n', start + 1);
    if (end == std::string::npos) break;
    const auto line = text.substr(start + 1, end - start - 1);
    const auto parts = split_list(line);
    start = end;
    if (parts.size() != 9) continue;
    const auto step = to_number(parts[0]), elapsed = to_number(parts[7]);
    if (!step || !elapsed || *step > static_cast<double>(last_step)) continue;
    seconds = *elapsed;
    kept += line + "\n";
  }
  return kept;
}

}  // namespace

TrainLog::TrainLog(const std::filesystem::path& path, std::int64_t first_step) : path_(path) {
  std::string kept;
  if (first_step > 0 && std::filesystem::exists(path))
    kept = rows_until(read_file(path), first_step, seconds_before_);
  write_file_atomically(path, header + kept);
  file_.open(path, std::ios::app);
  if (!file_) throw Error("cannot be written", path.string(), "Check permissions and space");
}

void TrainLog::add(const TrainLogRow& row) {
  const auto text = [](const std::optional<double>& value) { return value ? number(*value) : std::string(); };
  file_ << row.step << ',' << number(row.epoch) << ',' << number(row.loss) << ',' << number(row.accuracy)
        << ',' << text(row.validation_loss) << ',' << text(row.validation_accuracy) << ','
        << number(row.cells_per_s) << ',' << number(row.seconds) << ',' << number(row.learning_rate) << '\n'
        << std::flush;
  if (!file_) throw Error("cannot be written", path_.string(), "Check the space on the disk");
}

}  // namespace cytoscale::learn
