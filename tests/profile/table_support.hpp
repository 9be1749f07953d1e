// The small table that golden.py makes too, and what an Error says.
#pragma once
#include <cmath>
#include <functional>
#include <string>

#include "core/error.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale {

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

inline std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.what();
  }
  return {};
}

}  // namespace cytoscale
