// A screen without images, and cells in it, to measure what writes and reads rows per cell: 20 plates of 96
// wells of 4 fields; a quarter of the wells are controls.
#pragma once
#include <string>
#include <vector>

#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::bench {

inline screen::Screen screen_of_wells(int plates = 20) {
  screen::Screen screen;
  screen.channels = {"DNA"};
  screen.metadata_columns = {"Metadata_Plate",         "Metadata_Well", "Metadata_Site",  "Metadata_Compound",
                             "Metadata_Concentration", "Metadata_MOA",  "Metadata_Batch", "Metadata_Control"};
  for (int plate = 0; plate < plates; ++plate)
    for (int well = 0; well < 96; ++well)
      for (int site = 1; site <= 4; ++site) {
        const bool control = well % 4 == 0;
        const auto plate_name = "P" + std::to_string(plate), number = std::to_string(well % 12 + 1),
                   well_name =
                       static_cast<char>('A' + well / 12) + std::string(2 - number.size(), '0') + number,
                   compound = control ? "DMSO" : "c" + std::to_string(well), site_name = std::to_string(site);
        screen.fields.push_back({plate_name,
                                 well_name,
                                 site_name,
                                 {plate_name, well_name, site_name, compound, control ? "0" : "1",
                                  control ? "DMSO" : "m" + std::to_string(well % 8),
                                  "b" + std::to_string(plate / 4), control ? "negcon" : "trt"},
                                 {ImageFile{plate_name + well_name + site_name + ".tif", 0}}});
      }
  return screen;
}

inline store::CellTable cells_in(const screen::Screen& screen, std::int64_t count) {
  store::CellTable cells;
  cells.channels = screen.channels;
  const auto fields = static_cast<std::int64_t>(screen.fields.size());
  for (std::int64_t field = 0; field <= fields; ++field) cells.first_cell.push_back(count * field / fields);
  cells.failed = std::vector<char>(screen.fields.size(), 0);
  cells.height = std::vector<int>(screen.fields.size(), 1024);
  cells.width = cells.height;
  cells.focus_score.assign(screen.fields.size(), 1);
  cells.saturated_fraction.assign(screen.fields.size(), 0);
  cells.y = cells.x = cells.area_px = cells.mean_intensity = cells.eccentricity =
      std::vector<float>(static_cast<std::size_t>(count), 1.0F);
  cells.border.assign(static_cast<std::size_t>(count), 0);
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

}  // namespace cytoscale::bench
