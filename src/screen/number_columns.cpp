#include "screen/number_columns.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <set>

#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"

namespace cytoscale::screen {
namespace {

constexpr double beyond_exact = 9007199254740992.0;  // 2^53

bool names_things(const std::string& column) {
  static const std::set<std::string> names = {"Metadata_Plate",    "Metadata_Well",      "Metadata_Site",
                                              "Metadata_Batch",    "Metadata_Replicate", "Metadata_Gene",
                                              "Metadata_Class",    "Metadata_MOA",       "Metadata_Treatment",
                                              "Metadata_Compound", "Metadata_Allele"};
  const auto low = lower_case(column);
  return names.contains(column) || low.ends_with("id") || low.ends_with("barcode");
}

// "007", "-01", but not "0" or "0.5".
bool begins_with_an_idle_zero(const std::string& text) {
  const std::size_t at = text.find_first_not_of("+- ");
  return at != std::string::npos && at + 1 < text.size() && text[at] == '0' &&
         std::isdigit(static_cast<unsigned char>(text[at + 1]));
}

}  // namespace

std::vector<std::string> number_columns(const Table& metadata) {
  std::vector<std::string> found;
  for (std::size_t column = 0; column < metadata.columns.size(); ++column) {
    if (names_things(metadata.columns[column])) continue;
    bool all = true, any = false;
    for (std::size_t row = 0; all && row < metadata.rows.size(); ++row) {
      const std::string& text = metadata.rows[row][column];
      if (text.empty()) continue;
      const auto number = to_number(text);
      all = number && std::isfinite(*number) && !begins_with_an_idle_zero(text);
      any = true;
    }
    if (all && any) found.push_back(metadata.columns[column]);
  }
  return found;
}

std::optional<ColumnNumbers> numbers_of(const std::vector<std::string>& texts) {
  ColumnNumbers numbers;
  numbers.values.reserve(texts.size());
  for (const auto& text : texts) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!text.empty()) {
      const auto number = to_number(text);
      if (!number) return std::nullopt;
      value = *number;
    }
    numbers.whole = numbers.whole && std::floor(value) == value && std::abs(value) < beyond_exact;
    numbers.values.push_back(value);
  }
  return numbers;
}

}  // namespace cytoscale::screen
