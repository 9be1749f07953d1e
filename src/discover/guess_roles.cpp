#include "discover/guess_roles.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "core/text/letter_case.hpp"
#include "core/text/spelling.hpp"
#include "core/text/text.hpp"

namespace cytoscale::discover {
namespace {

// The first of these names that is a column with a value, in any case; "".
std::string first_column(const screen::Screen& screen, std::initializer_list<const char*> names) {
  for (const char* name : names)
    for (const auto& column : screen.metadata_columns)
      if (lower_case(column) == "metadata_" + std::string(name) &&
          !std::ranges::all_of(screen.values(column), is_missing))
        return column;
  return {};
}

// COLUMN=VALUE for the values among these that are there, as they are spelled; "".
std::string choice_of(const screen::Screen& screen, const std::string& column,
                      std::initializer_list<const char*> controls) {
  if (column.empty()) return {};
  std::set<std::string> there;
  for (const auto& value : screen.values(column))
    for (const char* control : controls)
      if (lower_case(value) == control) there.insert(value);
  return there.empty() ? "" : column + "=" + join({there.begin(), there.end()}, ",");
}

std::string control_of(const screen::Screen& screen, const std::string& compound) {
  for (const char* name : {"control", "control_type", "pert_type", "compound_type", "type"})
    if (auto choice = choice_of(
            screen, first_column(screen, {name}),
            {"negcon", "neg", "negative", "negative control", "negative_control", "dmso", "vehicle"});
        !choice.empty())
      return choice;
  return choice_of(screen, compound,
                   {"dmso", "negcon", "vehicle", "mock", "untreated", "non-targeting", "neg"});
}

// Plates of fewer than two control wells: normalization needs a spread.
std::vector<std::string> plates_without(const screen::Screen& screen, const screen::ColumnRoles& roles) {
  const auto mask = screen::control_mask(screen::metadata_table(screen), roles, "the manifest", false);
  std::map<std::string, std::size_t> controls;
  for (const auto& well : screen::wells_of(screen)) controls[well.plate] += mask[well.first_field] != 0;
  std::vector<std::string> without;
  for (const auto& plate : screen::plates_of(screen))
    if (controls[plate.plate] < 2) without.push_back(plate.plate);
  return without;
}

}  // namespace

GuessedRoles guess_roles(const screen::Screen& screen) {
  GuessedRoles roles;
  roles.compound =
      first_column(screen, {"compound", "compound_name", "pert_iname", "gene", "gene_symbol", "treatment",
                            "jcp2022", "metadata_jcp2022", "broad_sample", "drug", "molecule", "sample"});
  const auto dose =
      first_column(screen, {"concentration", "dose", "mmoles_per_liter", "pert_dose", "micromolar", "conc",
                            "concentration_um", "dose_um", "dose_micromolar"});
  roles.class_column = first_column(screen, {"moa", "moa_list", "mechanism", "mechanism_of_action", "class",
                                             "target_list", "target", "gene_family"});
  if (roles.class_column == roles.compound) roles.class_column.clear();
  roles.batch = first_column(screen, {"batch", "batch_id", "experiment", "week", "replicate"});
  roles.control = control_of(screen, roles.compound);
  if (!roles.compound.empty()) roles.treatment.push_back(roles.compound);
  if (!roles.compound.empty() && !dose.empty()) roles.treatment.push_back(dose);
  if (!roles.compound.empty()) {
    screen::ColumnRoles columns;
    columns.treatment = roles.treatment;
    columns.compound = roles.compound;
    const auto labels = screen::treatment_labels(screen::metadata_table(screen), columns, "the manifest");
    std::set<std::string> different(labels.begin(), labels.end());
    different.erase("");
    roles.treatments = different.size();
    std::map<std::string, std::size_t> wells;
    for (const auto& well : screen::wells_of(screen)) ++wells[labels[well.first_field]];
    wells.erase("");
    roles.single_wells = static_cast<std::size_t>(
        std::count_if(wells.begin(), wells.end(), [](const auto& of) { return of.second == 1; }));
    columns.control = roles.control;
    if (!roles.control.empty()) roles.plates_without_control = plates_without(screen, columns);
  }
  for (const char* word : {"dna", "dapi", "hoechst", "draq", "33342", "nuclei", "nucleus", "nuclear"})
    for (const auto& channel : screen.channels)
      if (roles.dna_channel.empty() && lower_case(channel).find(word) != std::string::npos)
        roles.dna_channel = channel;
  return roles;
}

}  // namespace cytoscale::discover
