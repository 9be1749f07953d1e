#include "screen/input/tidy_metadata.hpp"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>

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

// Lets `unify` change the texts that a column has; its lines.
template <typename Unify>
std::vector<std::string> unify_column(Table& table, std::size_t column, const Unify& unify) {
  const auto before = table.rows.column(column).codes().texts;
  auto after = before;
  std::vector<std::string*> places;
  for (auto& text : after) places.push_back(&text);
  auto said = unify(places);
  if (after == before) return said;
  std::unordered_map<std::string_view, std::string_view> becomes;
  for (std::size_t i = 0; i < before.size(); ++i) becomes.emplace(before[i], after[i]);
  table.rows.set_column(column, table.rows.column(column).changed(
                                    [&](std::string_view text) { return std::string(becomes.at(text)); }));
  return said;
}

}  // namespace

void tidy_metadata(Table& table, const std::string& where, std::vector<std::string>& notes) {
  rename_slashes(table, where, notes);
  static const std::set<std::string> names = {"Metadata_Plate", "Metadata_Well", "Metadata_Site"};
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& column = table.columns[c];
    if (!column.starts_with(prefix)) continue;
    if (column == "Metadata_Well") {
      for (auto& note : unify_column(table, c, unify_wells)) notes.push_back(std::move(note));
    } else if (!names.contains(column)) {
      const auto unified = unify_column(table, c, unify_numbers);
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
    const auto alike = alike_values(metadata.rows.column(*index).codes().texts);
    if (!alike.empty())
      notes.push_back(column + " has values that differ in case or blanks only and count as different: " +
                      join_some(alike, 3, "; "));
  }
  return notes;
}

}  // namespace cytoscale::screen
