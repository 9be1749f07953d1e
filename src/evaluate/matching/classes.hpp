// Classes of treatments. "A|B" is A and B, as compounds with several targets have them: two treatments are of
// one class where they share any label (as copairs' multilabel average precision has it).
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "profile/groups.hpp"

namespace cytoscale::evaluate {

class Classes {
 public:
  // A text for each treatment; "": none is known.
  explicit Classes(const std::vector<std::string>& texts);
  bool known(std::size_t row) const { return !labels_of(row).empty(); }
  bool share(std::size_t a, std::size_t b) const;
  bool has(std::size_t row, std::size_t label) const;
  // Numbers of its labels in groups(); those are in order of first appearance.
  const std::vector<std::size_t>& labels_of(std::size_t row) const { return labels_[text_[row]]; }
  const std::string& name(std::size_t label) const { return groups_.names[label]; }
  // The treatments that have a label.
  const profile::Groups& groups() const { return groups_; }
  // Whether some treatment has several.
  bool several() const { return several_; }

 private:
  std::vector<std::size_t> text_;                 // of each row, its distinct text
  std::vector<std::vector<std::size_t>> labels_;  // of each distinct text, ascending
  profile::Groups groups_;
  bool several_ = false;
};

}  // namespace cytoscale::evaluate
