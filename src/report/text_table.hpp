// Tables of figures for the terminal.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "evaluate/matching/matching.hpp"
#include "evaluate/score.hpp"

namespace cytoscale::report {

inline constexpr const char* absent = "-";

// " [86.4, 97.1]"; "" where there is none.
std::string interval_text(const std::optional<evaluate::Interval>& interval, double factor, int digits);
// "95/103 (92.2 %) [86.4, 97.1]"
std::string text_of(const evaluate::Score& score);
std::string text_of(const std::optional<evaluate::Score>& score);

// A heading and rows of as many texts, in columns; those that are absent in all rows are left out.
std::string aligned(const std::vector<std::vector<std::string>>& rows);
// Rows are numbered and named, columns numbered; "none" counts queries without an answer, where there are
// any.
std::string confusion_grid(const evaluate::Confusion& confusion, const std::string& heading);

}  // namespace cytoscale::report
