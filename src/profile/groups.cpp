#include "profile/groups.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>

namespace cytoscale::profile {

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

std::vector<std::size_t> marked_rows(const std::vector<char>& mask) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (mask[i]) chosen.push_back(i);
  }
  return chosen;
}

std::vector<std::size_t> marked_rows(const std::vector<std::size_t>& rows, const std::vector<char>& mask) {
  std::vector<std::size_t> chosen;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(chosen),
               [&](auto row) { return mask[row] != 0; });
  return chosen;
}

std::vector<std::string> one_label(std::size_t size, const std::string& label) {
  return std::vector<std::string>(size, label);
}

}  // namespace cytoscale::profile
