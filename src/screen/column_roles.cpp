#include "screen/column_roles.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
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
  parse_selector(control, "--control");
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
  std::vector<std::size_t> columns;
  for (const auto& name : roles.treatment) columns.push_back(metadata.column(name, where));
  std::vector<std::string> labels;
  labels.reserve(metadata.rows.size());
  for (const auto& row : metadata.rows) {
    std::string label;
    for (std::size_t i = 0; i < columns.size(); ++i) label += (i ? "_" : "") + row[columns[i]];
    labels.push_back(std::move(label));
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
  const auto selector = parse_selector(roles.control, "--control");
  std::vector<char> mask(metadata.rows.size(), 0);
  if (!required && !metadata.find(selector.column)) return mask;
  const auto column = metadata.column(selector.column, where);
  for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = selector.holds(metadata.rows[i][column]);
  if (required && std::find(mask.begin(), mask.end(), 1) == mask.end()) {
    throw Error("no row has " + roles.control + ": there are no negative controls", where,
                "Name them with --control COLUMN=VALUE");
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
