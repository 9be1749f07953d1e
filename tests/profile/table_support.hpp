// The small table that golden.py makes too.
#pragma once
#include <cmath>
#include <string>

#include "core/error.hpp"
#include "profile/profile_table.hpp"
#include "test_support.hpp"

namespace cytoscale::profile {

inline ProfileTable waves(int rows, int columns) {
  ProfileTable table;
  table.values.resize(rows, columns);
  for (int i = 0; i < rows; ++i) {
    for (int j = 0; j < columns; ++j)
      table.values(i, j) = std::sin(1.7 * i + 0.9 * j * j + 0.37 * i * j) + 0.1 * j * (i % 3);
    table.metadata.rows.push_back({});
  }
  for (int j = 0; j < columns; ++j) table.features.push_back("f" + std::to_string(j));
  return table;
}

}  // namespace cytoscale::profile
