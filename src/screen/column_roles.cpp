#include "screen/column_roles.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <unordered_map>

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

std::vector<std::string> treatment_labels(const Table& metadata, const ColumnRoles& roles,
                                          const std::string& where) {
  const auto count = roles.treatment.size();
  std::vector<std::size_t> columns;
  for (const auto& name : roles.treatment) columns.push_back(metadata.column(name, where));
  std::vector<std::unordered_map<std::string, std::string>> parts(
      count);  // of each column: value to what it adds
  std::vector<std::string> labels;
  labels.reserve(metadata.rows.size());
  for (const auto& row : metadata.rows) {
    std::string label;
    bool known = false, compound = true;
    for (std::size_t i = 0; i < count; ++i) {
      const auto& value = row[columns[i]];
      const bool is_compound = roles.treatment[i] == roles.compound;
      const auto [at, fresh] = parts[i].try_emplace(value);
      if (fresh) at->second = is_compound || count == 1 ? value : dose_spelling(value);
      label += (i ? "_" : "") + at->second;
      const bool missing = is_missing(value);
      known = known || !missing;
      compound = compound && !(is_compound && missing);
    }
    labels.push_back(known && compound ? std::move(label) : std::string());
  }
  return labels;
}

std::vector<std::string> batch_labels(const Table& metadata, const ColumnRoles& roles,
                                      const std::string& where) {
  std::vector<std::string> labels;
  labels.reserve(metadata.rows.size());
  if (roles.batch_from_plate.empty()) {
    const auto column = metadata.column(roles.batch, where);
    for (const auto& row : metadata.rows) labels.push_back(row[column]);
    return labels;
  }
  const auto column = metadata.column(roles.plate, where);
  const std::regex pattern(roles.batch_from_plate);
  for (const auto& row : metadata.rows) {
    std::smatch match;
    if (row[column].size() > longest_plate)
      throw Error("a plate's name has " + std::to_string(row[column].size()) + " characters", where,
                  "Name the batch's column with --batch");
    if (!std::regex_search(row[column], match, pattern)) {
      throw Error("plate '" + row[column] + "' does not match '" + roles.batch_from_plate + "'", where,
                  "Correct --batch-from-plate, or name the batch's column with --batch");
    }
    labels.push_back(match.str());
  }
  return labels;
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

bool Selector::holds(const std::string& of_column) const {
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

std::vector<char> rows_with(const Table& metadata, const std::vector<Selector>& choices,
                            const std::string& where) {
  std::vector<char> any(metadata.rows.size(), 0), none(metadata.rows.size(), 1);
  bool negated = false;
  for (const auto& choice : choices) {
    const auto column = metadata.column(choice.column, where);
    negated = negated || !choice.equal;
    for (std::size_t i = 0; i < any.size(); ++i) {
      const bool holds = choice.holds(metadata.rows[i][column]);
      if (choice.equal) {
        any[i] |= holds;
      } else {
        none[i] &= holds;
      }
    }
  }
  for (std::size_t i = 0; negated && i < any.size(); ++i) any[i] |= none[i];
  return any;
}

std::vector<char> rows_where(const Table& metadata, const std::string& selectors, const std::string& option) {
  std::vector<char> mask(metadata.rows.size(), 1);
  for (const auto& part : split_list(selectors)) {
    const auto selector = parse_selector(part, option);
    const auto column = metadata.column(selector.column, option);
    for (std::size_t i = 0; i < mask.size(); ++i) mask[i] &= selector.holds(metadata.rows[i][column]);
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
  Table table{screen.metadata_columns, {}};
  table.rows.reserve(screen.fields.size());
  for (const auto& field : screen.fields) table.rows.push_back(field.metadata);
  return table;
}

}  // namespace cytoscale::screen
