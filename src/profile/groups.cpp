#include "profile/groups.hpp"

#include <unordered_map>

namespace cytoscale {

Groups group_rows(const std::vector<std::string>& labels) {
  Groups groups;
  std::unordered_map<std::string, std::size_t> index;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto [it, is_new] = index.emplace(labels[row], groups.names.size());
    if (is_new) {
      groups.names.push_back(labels[row]);
      groups.rows.emplace_back();
    }
    groups.rows[it->second].push_back(row);
  }
  return groups;
}

std::vector<std::string> one_label(std::size_t size, const std::string& label) {
  return std::vector<std::string>(size, label);
}

}  // namespace cytoscale
