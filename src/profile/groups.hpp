// Rows that share a label, in order of first appearance: wells of a plate, of a batch, of a treatment.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace cytoscale::profile {

struct Groups {
  std::vector<std::string> names;              // in order of first appearance
  std::vector<std::vector<std::size_t>> rows;  // ascending, one list per name
};

Groups group_rows(const std::vector<std::string>& labels);

// The rows with a mark, ascending: of all, or of some.
std::vector<std::size_t> marked_rows(const std::vector<char>& mask);
std::vector<std::size_t> marked_rows(const std::vector<std::size_t>& rows, const std::vector<char>& mask);

// `size` times the same label: everything in one group.
std::vector<std::string> one_label(std::size_t size, const std::string& label);

}  // namespace cytoscale::profile
