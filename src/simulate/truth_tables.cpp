#include "simulate/truth_tables.hpp"

#include "core/text/text.hpp"
#include "simulate/truth_writer.hpp"

namespace cytoscale::simulate {
namespace {

std::vector<std::string> place_columns(const Design& design) {
  if (design.kind == DesignKind::genes) return {"Metadata_Gene", "Metadata_Allele", "Metadata_Control"};
  if (design.kind == DesignKind::strains)
    return {"Metadata_Strain", "Metadata_Localization", "Metadata_Control"};
  return {"Metadata_Compound", "Metadata_Concentration", "Metadata_Control", "Metadata_MOA"};
}

std::vector<std::string> place_values(const Design& design, const Treatment& treatment) {
  static const char* const roles[] = {"negcon", "trt", "poscon"};
  const std::string role = roles[static_cast<int>(treatment.role)];
  if (design.kind == DesignKind::genes) return {treatment.mechanism, treatment.compound, role};
  if (design.kind == DesignKind::strains) return {treatment.compound, treatment.mechanism, role};
  return {treatment.compound, number_text(treatment.concentration), role, treatment.mechanism};
}

template <typename T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

std::vector<Trait> shown_traits(const SimulateSettings& settings) {
  std::vector<Trait> shown;
  for (std::size_t t = 0; t < cell_trait_count; ++t)
    if (visible_in(static_cast<Trait>(t), settings.imaging.channels)) shown.push_back(static_cast<Trait>(t));
  return shown;
}

}  // namespace

int object_of(const Cell& cell) {
  return static_cast<int>(cell.number) + 1;
}

std::string image_folder(const Design& design, const DesignWell& well) {
  return "images/" + design.plate_name(well);
}

std::string image_name(const Design& design, const DesignWell& well, int site, const std::string& channel) {
  return design.plate_name(well) + "_" + design.well_name(well) + "_s" + std::to_string(site) + "_" +
         channel + ".tif";
}

std::string mask_name(const Design& design, const DesignWell& well, int site) {
  return design.plate_name(well) + "_" + design.well_name(well) + "_s" + std::to_string(site) + ".tif";
}

Table make_manifest(const Design& design, const SimulateSettings& settings) {
  Table table;
  table.columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Batch",
                   "Metadata_Replicate"};
  append(table.columns, place_columns(design));
  for (const auto& channel : settings.imaging.channels) table.columns.push_back("FileName_" + channel);
  for (const auto& channel : settings.imaging.channels) table.columns.push_back("PathName_" + channel);
  for (const DesignWell& well : design.wells)
    for (int site = 1; site <= settings.design.fields_per_well; ++site) {
      std::vector<std::string> row = {design.plate_name(well), design.well_name(well), std::to_string(site),
                                      design.batch_name(well.batch), std::to_string(well.replicate)};
      append(row, place_values(design, design.treatments[well.treatment]));
      for (const auto& channel : settings.imaging.channels)
        row.push_back(image_name(design, well, site, channel));
      row.insert(row.end(), settings.imaging.channels.size(), image_folder(design, well));
      table.rows.push_back(std::move(row));
    }
  return table;
}

std::vector<std::string> truth_columns(const Design& design, const SimulateSettings& settings) {
  std::vector<std::string> columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Batch"};
  append(columns, place_columns(design));
  append(columns, {"object", "Nuclei_Location_Center_Y", "Nuclei_Location_Center_X", "responded", "phase",
                   "mitotic", "nuclei", "multinucleate", "density"});
  for (const Trait trait : shown_traits(settings)) columns.push_back(trait_info(trait).name);
  return columns;
}

std::vector<std::vector<std::string>> truth_rows(const Design& design, const SimulateSettings& settings,
                                                 const DesignWell& well, int site,
                                                 const std::vector<Cell>& cells) {
  const auto shown = shown_traits(settings);
  int count = 0;
  for (const Cell& cell : cells) count += inside_field(cell, settings.imaging.field_px);
  const std::string density = decimals(count / settings.imaging.cells_per_field, 4);
  std::vector<std::vector<std::string>> rows;
  for (const Cell& cell : cells) {
    if (!inside_field(cell, settings.imaging.field_px)) continue;
    std::vector<std::string> row = {design.plate_name(well), design.well_name(well), std::to_string(site),
                                    design.batch_name(well.batch)};
    append(row, place_values(design, design.treatments[well.treatment]));
    const bool mitotic = cell.phase != Phase::interphase;
    append(row, {std::to_string(object_of(cell)), decimals(cell.y, 2), decimals(cell.x, 2),
                 cell.responded ? "1" : "0", phase_name(cell.phase), mitotic ? "1" : "0",
                 std::to_string(cell.nuclei), cell.nuclei > 1 ? "1" : "0", density});
    for (const Trait trait : shown) row.push_back(decimals(cell.traits[index_of(trait)], 4));
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace cytoscale::simulate
