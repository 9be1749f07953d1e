// The small tables that golden.py makes too.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "evaluate/matching/matching.hpp"

namespace cytoscale::evaluate {

// Rows 0 to 19: treatments a to d, five wells each; 20 to 25: controls.
inline profile::Matrix wave_wells() {
  profile::Matrix x(26, 7);
  for (int i = 0; i < 26; ++i) {
    for (int j = 0; j < 7; ++j) {
      x(i, j) = std::sin(1.7 * i + 0.9 * j * j + 0.37 * i * j);
      if (i < 20) x(i, j) += 0.8 * std::cos(3.1 * (i / 5) * (j + 1));
    }
  }
  return x;
}

inline std::vector<std::string> wave_treatments() {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.emplace_back(1, static_cast<char>('a' + i / 5));
  return names;
}

// Twelve treatments: six compounds at two doses, three classes of two compounds.
inline TreatmentSet wave_classes() {
  TreatmentSet set;
  set.values.resize(12, 7);
  for (int i = 0; i < 12; ++i) {
    for (int j = 0; j < 7; ++j)
      set.values(i, j) =
          std::sin(1.3 * i + 0.7 * j * j + 0.21 * i * j) + 0.7 * std::cos(2.3 * (i / 4) * (j + 1));
    set.name.push_back("t" + std::to_string(i));
    set.compound.push_back("c" + std::to_string(i / 2));
    set.moa.push_back("m" + std::to_string(i / 4));
    set.batches.push_back({"1"});
    set.wells.push_back(1);
  }
  return set;
}

}  // namespace cytoscale::evaluate
