#include "exports/gallery.hpp"

#include <map>

namespace cytoscale::exports {

void Gallery::write_cells(const CellSource& cells, SiteFiles files, WorkerPool& threads) const {
  const Table& fields = cells.reader().fields();
  const auto batches = screen::batch_labels(fields, roles, "the embeddings");
  const auto plate = fields.column(roles.plate), well = fields.column("Metadata_Well"),
             site = fields.column("Metadata_Site");
  files.path_of = [&](std::size_t field) {
    const auto& row = fields.rows[field];
    return folder / "workspace_dl" / "embeddings" / model / path_part(batches[field], "the batch") /
           path_part(row[plate], roles.plate) / path_part(row[well], "Metadata_Well") /
           path_part(row[site], "Metadata_Site") / "embedding.npz";
  };
  write_site_files(cells, files, threads);
}

void Gallery::write_plates(const ProfileSource& profiles, const std::string& suffix) const {
  const Table& wells = profiles.metadata();
  const auto batches = screen::batch_labels(wells, roles, "the well profiles");
  const auto plate = wells.column(roles.plate, "the well profiles");
  std::map<std::filesystem::path, std::vector<std::size_t>> plates;
  for (std::size_t row = 0; row < wells.rows.size(); ++row) {
    const auto name = path_part(wells.rows.at(row, plate), roles.plate);
    plates[std::filesystem::path(path_part(batches[row], "the batch")) / name / (name + suffix)].push_back(
        row);
  }
  for (const auto& [name, rows] : plates)
    write_table(folder / "workspace_dl" / "profiles" / model / (name.string() + ending),
                profiles.with_rows(rows));
}

void Gallery::write_collated(const ProfileSource& profiles) const {
  write_table(folder / "workspace_dl" / "collated" / model / ("collated" + ending), profiles);
}

void Gallery::write_consensus(const ProfileSource& treatments) const {
  write_table(folder / "workspace_dl" / "consensus" / model / ("consensus" + ending), treatments);
}

}  // namespace cytoscale::exports
