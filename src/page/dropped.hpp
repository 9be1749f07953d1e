// What quality control left out (dropped.csv), by field.
#pragma once
#include <vector>

#include "page/results.hpp"
#include "prepare/cell_filters.hpp"

namespace cytoscale::page {

// Rows of dropped.csv, in its order; `field` is a number in the cell table, `channel` one of its channels.
// Throws Error: there is no such file, it is not as segment writes it, or of other fields.
std::vector<prepare::Dropped> dropped_of(const Results& results);

// Does the reason concern the whole field?
bool of_field(prepare::DropReason reason);

struct LeftOut {
  std::int64_t cells = 0;            // of a field that was left out for several reasons, once
  std::vector<std::string> reasons;  // "blurred", …
};
// A row per field; `rows` as dropped_of() returns them.
std::vector<LeftOut> left_out_by_field(const std::vector<prepare::Dropped>& rows, std::size_t fields);

}  // namespace cytoscale::page
