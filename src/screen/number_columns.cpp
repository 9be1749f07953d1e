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
bool begins_with_an_idle_zero(std::string_view text) {
  const std::size_t at = text.find_first_not_of("+- ");
  return at != std::string::npos && at + 1 < text.size() && text[at] == '0' &&
         std::isdigit(static_cast<unsigned char>(text[at + 1]));
}

}  // namespace

std::vector<std::string> number_columns(const Table& metadata) {
  std::vector<std::string> found;
  for (std::size_t column = 0; column < metadata.columns.size(); ++column) {
    if (names_things(metadata.columns[column])) continue;
    bool any = false;
    const bool all = metadata.rows.column(column).all_of([&](std::string_view text) {
      if (text.empty()) return true;
      any = true;
      const auto number = to_number(text);
      return number && std::isfinite(*number) && !begins_with_an_idle_zero(text);
    });
    if (all && any) found.push_back(metadata.columns[column]);
  }
  return found;
}

std::optional<ColumnNumbers> numbers_of(const TextColumn& texts) {
  const auto codes = texts.codes();
  ColumnNumbers numbers;
  std::vector<double> by_code;
  for (const auto& text : codes.texts) {
    double value = std::numeric_limits<double>::quiet_NaN();
    if (!text.empty()) {
      const auto number = to_number(text);
      if (!number) return std::nullopt;
      value = *number;
    }
    numbers.whole = numbers.whole && std::floor(value) == value && std::abs(value) < beyond_exact;
    by_code.push_back(value);
  }
  numbers.values.reserve(texts.size());
  for (const auto code : codes.of) numbers.values.push_back(by_code[code]);
  return numbers;
}

}  // namespace cytoscale::screen
