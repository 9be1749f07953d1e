// The one exception type of the program. A message says what is wrong, where, and what to do about it,
// because a cluster log is all its reader has. `where` is a file, an object in it (file:line, file:/dataset)
// or a field.
#pragma once
#include <stdexcept>
#include <string>

namespace cytoscale {

class Error : public std::runtime_error {
 public:
  // what() is "<where>: <problem>. <remedy>." with the parts that are given.
  explicit Error(std::string problem, std::string where = {}, std::string remedy = {});

  const std::string& problem() const { return problem_; }
  const std::string& where() const { return where_; }
  const std::string& remedy() const { return remedy_; }

 private:
  std::string problem_, where_, remedy_;
};

// Exit codes of the program (docs/user-guide.md).
inline constexpr int exit_success = 0;
inline constexpr int exit_input_error = 2;  // anything the user can mend: an Error
inline constexpr int exit_internal = 70;    // any other exception: a defect of ours or of the machine
inline constexpr int exit_interrupted = 75;  // a signal was heeded, the state saved: the same command goes on

}  // namespace cytoscale
