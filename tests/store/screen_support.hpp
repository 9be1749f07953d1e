// A small screen and its cells, made from formulas so that a test can say what each value must be.
#pragma once
#include <string>
#include <vector>

#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::store {

inline screen::Screen small_screen(std::size_t plates, std::size_t wells, std::size_t sites) {
  screen::Screen screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Compound",
                             "Metadata_Concentration"};
  for (std::size_t p = 0; p < plates; ++p) {
    for (std::size_t w = 0; w < wells; ++w) {
      for (std::size_t s = 0; s < sites; ++s) {
        screen::Field field{
            "P" + std::to_string(p + 1), "A0" + std::to_string(w + 1), std::to_string(s + 1), {}, {}};
        field.metadata = {field.plate, field.well, field.site,
                          w == 0 ? "DMSO" : "taxol, " + std::to_string(w), p == 0 ? "" : "0.10"};
        for (const auto& channel : screen.channels) {
          field.images.push_back({field.plate + field.well + field.site + channel + ".tif"});
        }
        screen.fields.push_back(field);
      }
    }
  }
  screen::order_fields(screen);
  return screen;
}

// Field f has (7 f) mod 11 cells; every fifth field failed and has none.
inline FieldCells cells_of_field(const screen::Screen& screen, FieldId f) {
  FieldCells cells;
  cells.field = f;
  cells.failed = f % 5 == 4;
  if (cells.failed) return cells;
  cells.height = 100;
  cells.width = 120;
  for (std::size_t i = 0; i < 7 * f % 11; ++i) {
    const float number = static_cast<float>(f * 100 + i);
    cells.y.push_back(number);
    cells.x.push_back(number + 0.25f);
    cells.area_px.push_back(number + 0.5f);
    cells.mean_intensity.push_back(number * 2);
    cells.eccentricity.push_back(0.1f * static_cast<float>(i));
    cells.border.push_back(i % 3 == 0);
  }
  for (std::size_t c = 0; c < screen.channels.size(); ++c) {
    cells.focus_score.push_back(static_cast<float>(f) + 0.125f * static_cast<float>(c));
    cells.saturated_fraction.push_back(static_cast<float>(f) / 1024);
  }
  return cells;
}

}  // namespace cytoscale::store
