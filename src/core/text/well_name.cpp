#include "core/text/well_name.hpp"

#include <algorithm>
#include <map>

#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"

namespace cytoscale {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// Letters and digits of "A1"; a plate of 1536 wells has rows up to AF.
struct LetterWell {
  std::string_view letters, digits;
};

std::optional<LetterWell> letter_well(std::string_view name) {
  std::size_t letters = 0;
  while (letters < name.size() && is_letter(name[letters])) ++letters;
  const auto digits = name.substr(letters);
  if (letters < 1 || letters > 2 || digits.empty() || digits.size() > 3) return std::nullopt;
  if (!std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
  return LetterWell{name.substr(0, letters), digits};
}

std::string spelled(std::string_view letters, std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return upper_case(letters) + (digits.size() < 2 ? "0" : "") + std::string(digits);
}

// "r02c11" as "B11".
std::optional<std::string> from_row_and_column(std::string_view name) {
  const auto column = name.find_first_of("cC");
  if (name.size() < 4 || (name[0] != 'r' && name[0] != 'R') || column == std::string_view::npos)
    return std::nullopt;
  const auto digits = name.substr(column + 1), row_digits = name.substr(1, column - 1);
  if (row_digits.empty() || digits.empty() || digits.size() > 3) return std::nullopt;
  if (!std::all_of(row_digits.begin(), row_digits.end(), is_digit) ||
      !std::all_of(digits.begin(), digits.end(), is_digit))
    return std::nullopt;
  const auto row = to_whole_number(row_digits, 1, 52);
  if (!row) return std::nullopt;
  return spelled(row_letters(static_cast<std::size_t>(*row - 1)), digits);
}

// What a spelling shows of its style: "c" for small letters, the digits of a number that is padded, or is not
// though one digit alone stands there; "" where every style would spell it so ("A10").
std::string style_of(const LetterWell& well) {
  std::string style =
      std::all_of(well.letters.begin(), well.letters.end(), [](char c) { return c >= 'a'; }) ? "c" : "";
  if (well.digits.front() == '0' || well.digits.size() != 2) style += std::to_string(well.digits.size());
  return style;
}

}  // namespace

std::string row_letters(std::size_t row) {
  const auto letter = [](std::size_t n) { return std::string(1, static_cast<char>('A' + n)); };
  return row < 26 ? letter(row) : letter(row / 26 - 1) + letter(row % 26);
}

std::string well_key(std::string_view given) {
  const auto name = trim(given);
  if (const auto well = letter_well(name)) return spelled(well->letters, well->digits);
  if (const auto well = from_row_and_column(name)) return *well;
  return upper_case(name);
}

std::optional<std::pair<std::size_t, std::size_t>> place_of_well(std::string_view name) {
  const auto key = well_key(name);
  const auto well = letter_well(key);
  if (!well) return std::nullopt;
  std::size_t row = 0;
  for (const char letter : well->letters) row = 26 * row + static_cast<std::size_t>(letter - 'A' + 1);
  const auto column = to_whole_number(well->digits, 1, 999);
  if (!column) return std::nullopt;
  return std::pair{row - 1, static_cast<std::size_t>(*column - 1)};
}

std::vector<std::string> unify_wells(const std::vector<std::string*>& wells) {
  std::map<std::string, std::string> first_of;  // style to an example of it
  bool capital = false, small = false;
  for (const auto* name : wells) {
    const auto well = letter_well(*name);
    if (!well) continue;
    const auto style = style_of(*well);
    (style.starts_with('c') ? small : capital) = true;
    const auto digits = style.starts_with('c') ? style.substr(1) : style;
    if (!digits.empty()) first_of.emplace(digits, *name);
  }
  if (first_of.size() < 2 && !(capital && small)) return {};
  std::size_t changed = 0;
  std::string example;
  for (auto* name : wells) {
    const auto well = letter_well(*name);
    if (!well) continue;
    auto one = spelled(well->letters, well->digits);
    if (one == *name) continue;
    if (!changed++) example = *name + " is " + one;
    *name = std::move(one);
  }
  if (changed == 0) return {};
  return {"wells are spelled in several ways (" + example + "): capitals and two digits are used for all"};
}

}  // namespace cytoscale
