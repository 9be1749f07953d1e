// What was found wrong with an input, each in one line: problems, with which it cannot be used or would be
// misunderstood, and notes, which leave it as usable as it is.
#pragma once
#include <string>
#include <vector>

namespace cytoscale {

struct Findings {
  std::vector<std::string> problems, notes;

  void add(const Findings& more) {
    problems.insert(problems.end(), more.problems.begin(), more.problems.end());
    notes.insert(notes.end(), more.notes.begin(), more.notes.end());
  }
};

}  // namespace cytoscale
