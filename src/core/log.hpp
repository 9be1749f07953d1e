// Line log to standard error, with the rank in front where there is more than one. info() is for rank 0 only
// (what the whole run does); warning() and error() speak from any rank.
#pragma once
#include <memory>
#include <string_view>

namespace cytoscale {

class Log {
 public:
  explicit Log(int rank = 0, int size = 1, bool quiet = false);
  ~Log();
  Log(Log&&) noexcept;
  Log& operator=(Log&&) noexcept;

  void info(std::string_view text);
  void warning(std::string_view text);
  // A warning of rank 0, the first time alone: what each job of a chain finds anew.
  void note(std::string_view text);
  void error(std::string_view text);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cytoscale
