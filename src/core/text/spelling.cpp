#include "core/text/spelling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>
#include <unordered_map>

#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace {

// Digits that a double tells apart.
constexpr std::ptrdiff_t exact_digits = 15;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Without case and blanks; the micro sign (U+00B5) is the Greek letter (U+03BC).
std::string folded(std::string_view text) {
  std::string result;
  for (const char c : lower_case(text))
    if (c != ' ' && c != '\t') result += c;
  for (auto at = result.find("\xc2\xb5"); at != std::string::npos; at = result.find("\xc2\xb5", at))
    result.replace(at, 2, "\xce\xbc");
  return result;
}

}  // namespace

bool is_missing(std::string_view text) {
  static constexpr std::array<const char*, 6> words = {"na", "n/a", "nan", "<na>", "#n/a", "null"};
  if (text.size() > 8) return false;
  const auto word = lower_case(trim(text));
  return word.empty() || std::find(words.begin(), words.end(), word) != words.end();
}

std::string dose_spelling(std::string_view text) {
  const auto number = to_number(text);
  if (!number || !std::isfinite(*number)) return std::string(text);
  const auto plain = trim(text);
  const auto digits = plain.find_first_of("0123456789");
  const bool name = plain[digits] == '0' && digits + 1 < plain.size() && is_digit(plain[digits + 1]);
  const auto mantissa = std::string_view(plain).substr(0, plain.find_first_of("eE"));
  if (name || std::count_if(mantissa.begin(), mantissa.end(), is_digit) > exact_digits)
    return std::string(text);
  return *number == 0 ? "0" : number_text(*number);
}

std::vector<std::string> unify_numbers(std::vector<std::string*> values) {
  std::unordered_map<std::string, std::string> spelling_of;  // one look at each distinct value
  std::map<std::string, std::set<std::string>> spellings;
  for (const auto* value : values) {
    const auto [at, fresh] = spelling_of.try_emplace(*value);
    if (!fresh) continue;
    at->second = dose_spelling(*value);
    spellings[at->second].insert(*value);
  }
  std::vector<std::string> unified;
  for (const auto& [one, all] : spellings)
    if (all.size() > 1) unified.push_back(one + " (" + join_some({all.begin(), all.end()}, 4) + ")");
  if (unified.empty()) return unified;
  for (auto* value : values) {
    const auto& one = spelling_of.at(*value);
    if (spellings.at(one).size() > 1) *value = one;
  }
  return unified;
}

std::vector<std::string> alike_values(const std::vector<std::string>& values) {
  std::map<std::string, std::set<std::string>> groups;
  for (const auto& value : std::set<std::string>(values.begin(), values.end()))
    groups[folded(value)].insert(value);
  std::vector<std::string> alike;
  for (const auto& [key, group] : groups)
    if (group.size() > 1) alike.push_back(join_some({group.begin(), group.end()}, 4));
  return alike;
}

}  // namespace cytoscale
