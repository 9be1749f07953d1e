// A file beside the output by which a rank that has failed tells the others to stop at their next field.
// Ranks meet only at the end of the work; without it they would compute on for hours before they learn of the
// failure. A flag that is seen late, or never, costs time only. Collective: no.
#pragma once
#include <filesystem>

namespace cytoscale::prepare {

class StopFlag {
 public:
  explicit StopFlag(const std::filesystem::path& output) : path_(output.string() + ".stop") {}
  void raise() const noexcept;
  bool raised() const noexcept;
  void lower() const noexcept;

 private:
  std::filesystem::path path_;
};

}  // namespace cytoscale::prepare
