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

inline constexpr std::size_t table_width = 80;  // characters of a line, as far as single texts allow

// A heading and rows of as many texts, in columns; those that are absent in all rows are left out. What is
// wider than `table_width` is transposed, or else cut into tables of fewer columns, each with the first
// `keys`, which name the rows.
std::string aligned(const std::vector<std::vector<std::string>>& rows, std::size_t keys = 1);
// Below the title and what the axes are: rows are numbered and named, columns numbered; "none" counts queries
// without an answer, where there are any. Where the classes are too many for `table_width`, the most frequent
// confusions as a list.
std::string confusion_grid(const evaluate::Confusion& confusion, const std::string& title,
                           const std::string& axes);

}  // namespace cytoscale::report
