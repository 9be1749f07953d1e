#include "screen/column_roles.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include "core/error.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {
namespace {

// std::regex calls itself for each character of its pattern and of what it searches: a long one ends the
// program.
constexpr std::size_t longest_pattern = 256, longest_plate = 1000;

}  // namespace

void ColumnRoles::validate() const {
  if (treatment.empty())
    throw Error("no treatment column is given", "--treatment", "Name at least one column");
  parse_choices(control, "--control");
  if (batch_from_plate.size() > longest_pattern)
    throw Error("the expression has " + std::to_string(batch_from_plate.size()) + " characters",
                "--batch-from-plate", "At most " + std::to_string(longest_pattern) + " are taken");
  try {
    std::regex check(batch_from_plate);
  } catch (const std::regex_error& error) {
    throw Error("'" + batch_from_plate + "' is not a regular expression (" + error.what() + ")",
                "--batch-from-plate", "Write one in ECMAScript form, e.g. '^[^_]+'");
  }
}

namespace {

// A column of the treatment: by the number of its text, what that adds to the label, and what it says.
struct LabelPart {
  TextColumn::Codes codes;
  std::vector<std::string> spelled;
  std::vector<char> missing;
  bool is_compound;
};

LabelPart label_part(const TextColumn& column, bool is_compound, bool as_it_is) {
  LabelPart part{column.codes(), {}, {}, is_compound};
  for (const auto& text : part.codes.texts) {
    part.spelled.push_back(as_it_is ? text : dose_spelling(text));
    part.missing.push_back(is_missing(text));
  }
  return part;
}

}  // namespace

TextColumn treatment_labels(const Table& metadata, const ColumnRoles& roles, const std::string& where) {
  const auto count = roles.treatment.size();
  std::vector<LabelPart> parts;
  for (const auto& name : roles.treatment) {
    const bool is_compound = name == roles.compound;
    parts.push_back(label_part(metadata.rows.column(metadata.column(name, where)), is_compound,
                               is_compound || count == 1));
  }
  TextColumn labels;
  std::string label;
  for (std::size_t row = 0; row < metadata.rows.size(); ++row) {
    bool known = false, compound = true;
    label.clear();
    for (std::size_t i = 0; i < count; ++i) {
      const auto number = parts[i].codes.of[row];
      if (i) label += '_';
      label += parts[i].spelled[number];
      known = known || !parts[i].missing[number];
      compound = compound && !(parts[i].is_compound && parts[i].missing[number]);
    }
    labels.push_back(known && compound ? label : std::string_view());
  }
  return labels;
}

TextColumn batch_labels(const Table& metadata, const ColumnRoles& roles, const std::string& where) {
  if (roles.batch_from_plate.empty()) return metadata.rows.column(metadata.column(roles.batch, where));
  const std::regex pattern(roles.batch_from_plate);
  return metadata.rows.column(metadata.column(roles.plate, where)).changed([&](std::string_view name) {
    if (name.size() > longest_plate)
      throw Error("a plate's name has " + std::to_string(name.size()) + " characters", where,
                  "Name the batch's column with --batch");
    const std::string plate(name);
    std::smatch match;
    if (!std::regex_search(plate, match, pattern)) {
      throw Error("plate '" + plate + "' does not match '" + roles.batch_from_plate + "'", where,
                  "Correct --batch-from-plate, or name the batch's column with --batch");
    }
    return match.str();
  });
}

Selector parse_selector(const std::string& text, const std::string& option) {
  const auto sign = text.find('=');
  const bool equal = sign == std::string::npos || sign == 0 || text[sign - 1] != '!';
  if (sign == std::string::npos || sign < (equal ? 1 : 2)) {
    throw Error("'" + text + "' is neither COLUMN=VALUE nor COLUMN!=VALUE", option,
                "E.g. Metadata_Compound=DMSO");
  }
  return {text.substr(0, equal ? sign : sign - 1), text.substr(sign + 1), equal};
}

bool Selector::holds(std::string_view of_column) const {
  const auto same = [&] {
    if (of_column == value) return true;
    if (of_column.empty() || value.empty()) return false;
    if (column == "Metadata_Well") return well_key(of_column) == well_key(value);
    const auto number = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == '+' || c == '-'; };
    return number(of_column[0]) && number(value[0]) && dose_spelling(of_column) == dose_spelling(value);
  };
  return same() == equal;
}

std::vector<Selector> parse_choices(const std::string& text, const std::string& option) {
  std::vector<Selector> choices;
  for (const auto& part : split_list(text)) {
    if (part.find('=') == std::string::npos && !choices.empty()) {
      choices.push_back(choices.back());
      choices.back().value = part;
    } else {
      choices.push_back(parse_selector(part, option));
    }
  }
  if (choices.empty()) parse_selector(text, option);  // throws
  return choices;
}

namespace {

std::vector<char> rows_of(const Table& metadata, const Selector& selector, const std::string& where) {
  const auto& column = metadata.rows.column(metadata.column(selector.column, where));
  return column.where([&](std::string_view text) { return selector.holds(text); });
}

}  // namespace

std::vector<char> rows_with(const Table& metadata, const std::vector<Selector>& choices,
                            const std::string& where) {
  std::vector<char> any(metadata.rows.size(), 0), none(metadata.rows.size(), 1);
  bool negated = false;
  for (const auto& choice : choices) {
    const auto holds = rows_of(metadata, choice, where);
    negated = negated || !choice.equal;
    for (std::size_t i = 0; i < any.size(); ++i) {
      if (choice.equal) {
        any[i] |= holds[i];
      } else {
        none[i] &= holds[i];
      }
    }
  }
  for (std::size_t i = 0; negated && i < any.size(); ++i) any[i] |= none[i];
  return any;
}

std::vector<char> rows_where(const Table& metadata, const std::string& selectors, const std::string& option) {
  std::vector<char> mask(metadata.rows.size(), 1);
  for (const auto& part : split_list(selectors)) {
    const auto holds = rows_of(metadata, parse_selector(part, option), option);
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] &= holds[i];
  }
  return mask;
}

std::vector<std::string> labels_in(const std::string& treatment, bool several) {
  if (treatment.find_first_not_of("_ ") == std::string::npos) return {};
  if (!several) return {treatment};
  const auto parts = split_list(treatment, '|');
  const std::set<std::string> labels(parts.begin(), parts.end());
  return {labels.begin(), labels.end()};
}

std::vector<char> control_mask(const Table& metadata, const ColumnRoles& roles, const std::string& where,
                               bool required) {
  const auto choices = parse_choices(roles.control, "--control");
  const auto absent = [&](const auto& choice) { return !metadata.find(choice.column); };
  if (!required && std::any_of(choices.begin(), choices.end(), absent))
    return std::vector<char>(metadata.rows.size(), 0);
  auto mask = rows_with(metadata, choices, where);
  if (required && std::find(mask.begin(), mask.end(), 1) == mask.end()) {
    throw Error("no row has " + roles.control + ": there are no negative controls", where,
                "Name them with --control COLUMN=VALUE,…");
  }
  return mask;
}

Table metadata_table(const Screen& screen) {
  return {screen.metadata_columns, screen.fields.metadata()};
}

}  // namespace cytoscale::screen
