#include "core/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "core/text/text.hpp"

namespace cytoscale {

Progress::Progress(std::string what, std::string unit, std::uint64_t total, const Clock& clock, bool active)
    : what_(std::move(what)),
      unit_(std::move(unit)),
      total_(total),
      clock_(clock),
      active_(active),
      terminal_(active && isatty(STDERR_FILENO) != 0),
      start_s_(clock.now_s()),
      shown_s_(start_s_) {}

Progress::~Progress() {
  if (active_ && terminal_ && !finished_ && done_ > 0) std::fputc('\n', stderr);
}

void Progress::update(std::uint64_t done, const std::string& note) {
  done_ = std::max(done_, done);
  note_ = note;
  if (!active_ || finished_) return;
  const double interval_s = terminal_ ? 0.2 : 30;
  if (clock_.now_s() - shown_s_ >= interval_s) show(false);
}

void Progress::finish() {
  if (!active_ || finished_) return;
  show(true);
  finished_ = true;
}

void Progress::show(bool last) {
  shown_s_ = clock_.now_s();
  const double elapsed = std::max(1e-9, shown_s_ - start_s_);
  const double rate = static_cast<double>(done_) / elapsed;
  std::string line = fmt::format("{}: {}/{} {}", what_, count_text(done_), count_text(total_), unit_);
  if (done_ > 0)
    line += fmt::format(
        ", {} {}/s", rate >= 10 ? count_text(static_cast<std::uint64_t>(rate)) : fmt::format("{:.2g}", rate),
        unit_);
  if (last) {
    line += ", took " + duration_text(elapsed);
  } else if (rate > 0 && total_ > done_) {
    line += ", " + duration_text(static_cast<double>(total_ - done_) / rate) + " left";
  }
  if (!note_.empty()) line += ", " + note_;
  if (terminal_) {
    std::fprintf(stderr, "\r\033[K%s%s", line.c_str(), last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s\n", line.c_str());
  }
  std::fflush(stderr);
}

}  // namespace cytoscale
