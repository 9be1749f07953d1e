#include "evaluate/matching/classes.hpp"

#include <algorithm>
#include <unordered_map>

#include "screen/column_roles.hpp"

namespace cytoscale::evaluate {

Classes::Classes(const std::vector<std::string>& texts) {
  const auto distinct = profile::group_rows(texts);
  text_.resize(texts.size());
  std::unordered_map<std::string, std::size_t> number;
  for (std::size_t text = 0; text < distinct.names.size(); ++text) {
    for (const auto row : distinct.rows[text]) text_[row] = text;
    auto& labels = labels_.emplace_back();
    for (const auto& name : screen::labels_in(distinct.names[text], true)) {
      const auto [at, fresh] = number.emplace(name, groups_.names.size());
      if (fresh) groups_.names.push_back(name);
      labels.push_back(at->second);
    }
    std::sort(labels.begin(), labels.end());
    several_ = several_ || labels.size() > 1;
  }
  groups_.rows.resize(groups_.names.size());
  for (std::size_t row = 0; row < texts.size(); ++row)
    for (const auto label : labels_of(row)) groups_.rows[label].push_back(row);
}

bool Classes::share(std::size_t a, std::size_t b) const {
  const auto &x = labels_of(a), &y = labels_of(b);
  if (text_[a] == text_[b]) return !x.empty();
  return std::any_of(x.begin(), x.end(),
                     [&](auto label) { return std::binary_search(y.begin(), y.end(), label); });
}

bool Classes::has(std::size_t row, std::size_t label) const {
  const auto& labels = labels_of(row);
  return std::binary_search(labels.begin(), labels.end(), label);
}

}  // namespace cytoscale::evaluate
