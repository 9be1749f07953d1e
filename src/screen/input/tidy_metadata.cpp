#include "screen/input/tidy_metadata.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"

namespace cytoscale::screen {
namespace {

constexpr const char* prefix = "Metadata_";

void rename_slashes(Table& table, const std::string& where, std::vector<std::string>& notes) {
  for (auto& column : table.columns) {
    if (!column.starts_with(prefix) || column.find('/') == std::string::npos) continue;
    auto name = column;
    std::replace(name.begin(), name.end(), '/', '_');
    if (table.find(name))
      throw Error("columns '" + column + "' and '" + name +
                      "' would have one name in results, which cannot store "
                      "a slash",
                  where, "Rename one of them");
    notes.push_back("column " + column + " is called " + name + ": HDF5 cannot store a name with a slash");
    column = std::move(name);
  }
}

std::vector<std::string*> values_of(Table& table, std::size_t column) {
  std::vector<std::string*> values;
  values.reserve(table.rows.size());
  for (auto& row : table.rows) values.push_back(&row[column]);
  return values;
}

}  // namespace

void tidy_metadata(Table& table, const std::string& where, std::vector<std::string>& notes) {
  rename_slashes(table, where, notes);
  static const std::set<std::string> names = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (!column.starts_with(prefix)) continue;
    if (column == "Metadata_Well") {
      for (auto& note : unify_wells(values_of(table, c))) notes.push_back(std::move(note));
    } else if (!names.contains(column)) {
      const auto unified = unify_numbers(values_of(table, c));
      if (!unified.empty())
        notes.push_back(column +
                        ": numbers that are spelled in several ways are one: " + join_some(unified, 3, "; "));
    }
  }
}

std::vector<std::string> alike_notes(const Table& metadata, const ColumnRoles& roles) {
  auto columns = roles.treatment;
  columns.insert(columns.end(), {roles.compound, roles.class_column, roles.plate, roles.batch});
  for (const auto& selector : parse_choices(roles.control, "--control")) columns.push_back(selector.column);
  std::vector<std::string> notes;
  std::set<std::string> said;
  for (const auto& column : columns) {
    const auto index = metadata.find(column);
    if (!index || !said.insert(column).second) continue;
    std::set<std::string> values;
    for (const auto& row : metadata.rows) values.insert(row[*index]);
    const auto alike = alike_values({values.begin(), values.end()});
    if (!alike.empty())
      notes.push_back(column + " has values that differ in case or blanks only and count as different: " +
                      join_some(alike, 3, "; "));
  }
  return notes;
}

}  // namespace cytoscale::screen
