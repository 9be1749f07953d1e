// A small embeddings.h5ad with known contents, written through the store.
#pragma once
#include <cmath>
#include <filesystem>
#include <limits>
#include <vector>

#include "store/rows/embedding_file.hpp"

namespace cytoscale::profile {

inline constexpr std::size_t sample_features = 3;

// Plates P1 and P2, six wells each (A01 to A06), two sites a well. Cells per field vary; well A05 of P1 has
// none; site 2 of A02 of P2 has failed. Compounds: DMSO in A01 to A03, then a, b, c.
inline screen::Screen sample_screen() {
  screen::Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate",    "Metadata_Well",          "Metadata_Site",
                             "Metadata_Compound", "Metadata_Concentration", "Metadata_MOA",
                             "Metadata_Batch",    "Metadata_Control",       "Metadata_Exposure"};
  const char* compounds[] = {"DMSO", "DMSO", "DMSO", "a", "b", "c"};
  for (const std::string plate : {"P1", "P2"}) {
    for (int well = 1; well <= 6; ++well) {
      for (const std::string site : {"1", "2"}) {
        const std::string name = "A0" + std::to_string(well), compound = compounds[well - 1];
        const bool control = compound == "DMSO";
        screen.fields.push_back(
            {plate,
             name,
             site,
             {plate, name, site, compound, control ? "0" : "1.5", control ? "DMSO" : "moa_" + compound,
              "batch" + plate, control ? "negcon" : "trt", "e" + site},
             {ImageFile{plate + name + site + ".tif", 0}}});
      }
    }
  }
  return screen;
}

inline std::int64_t sample_cells_of(FieldId field) {
  if (field == 8 || field == 9) return 0;  // P1 A05
  return static_cast<std::int64_t>(3 + field * 7 % 11);
}

inline bool sample_failed(FieldId field) {
  return field == 15;
}

inline float sample_value(std::int64_t cell, std::size_t feature) {
  if (cell == 4 && feature == 1) return std::numeric_limits<float>::quiet_NaN();
  return static_cast<float>(std::sin(0.37 * static_cast<double>(cell) + static_cast<double>(feature)) +
                            static_cast<double>(feature));
}

inline store::CellTable sample_cells(const screen::Screen& screen) {
  store::CellTable cells;
  cells.channels = screen.channels;
  cells.first_cell = {0};
  for (FieldId field; field < screen.fields.size(); ++field) {
    cells.first_cell.push_back(cells.first_cell.back() + sample_cells_of(field));
    cells.failed.push_back(0);
    cells.height.push_back(64);
    cells.width.push_back(64);
    cells.focus_score.push_back(1);
    cells.saturated_fraction.push_back(0);
  }
  const auto count = static_cast<std::size_t>(cells.cells());
  cells.y = cells.x = cells.area_px = cells.mean_intensity = cells.eccentricity =
      std::vector<float>(count, 1.0f);
  cells.border.assign(count, 0);
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

// Collective: yes.
inline void write_sample(const mpi::Communicator& comm, const std::filesystem::path& path) {
  const auto screen = sample_screen();
  const auto cells = sample_cells(screen);
  store::EmbeddingLayout layout;
  layout.feature_names = {"net_conv4a_0", "net_conv4a_1", "net_conv4a_2"};
  layout.feature_layers = {"conv4a", "conv4a", "conv4a"};
  layout.provenance = {{"job", "embed"}};
  store::EmbeddingWriter writer(comm, path, screen, cells, layout);
  for (FieldId field; field < screen.fields.size(); ++field) {
    if (static_cast<int>(field) % comm.size() != comm.rank() || writer.done(field)) continue;
    if (sample_failed(field)) {
      writer.write_failed(field);
      continue;
    }
    std::vector<float> rows;
    for (auto cell = cells.first_cell[field]; cell < cells.first_cell[field + 1]; ++cell) {
      for (std::size_t i = 0; i < sample_features; ++i) rows.push_back(sample_value(cell, i));
    }
    writer.write(field, rows);
  }
  writer.close();
}

}  // namespace cytoscale::profile
