#include "prepare/field_table.hpp"

#include <limits>

#include "mpi/agree.hpp"
#include "screen/plan.hpp"
#include "store/screen_file.hpp"

namespace cytoscale::prepare {

store::CellTable field_table(const mpi::Communicator& comm, const screen::Screen& screen,
                             const HeaderReading& how) {
  const auto sizes = sizes_by_plate(comm, screen, how);
  const screen::PlateIndex plate(screen);
  store::CellTable table;
  table.channels = screen.channels;
  table.screen_fingerprint = screen.fingerprint();
  table.first_cell.push_back(0);
  for (FieldId f; f < screen.fields.size(); ++f) {
    const auto& size = sizes[plate[f]];
    const bool failed = size.height == 0;
    table.failed.push_back(failed);
    table.height.push_back(size.height);
    table.width.push_back(size.width);
    table.first_cell.push_back(table.first_cell.back() + (failed ? 0 : 1));
    if (failed) continue;
    table.y.push_back(static_cast<float>(size.height / 2));
    table.x.push_back(static_cast<float>(size.width / 2));
    for (auto* column : {&table.area_px, &table.mean_intensity, &table.eccentricity})
      column->push_back(std::numeric_limits<float>::quiet_NaN());
    table.border.push_back(0);
  }
  return table;
}

ScreenCells read_screen_cells(const mpi::Communicator& comm, const screen::ManifestOptions& manifest,
                              const std::filesystem::path& table, const HeaderReading& how) {
  ScreenCells read;
  read.screen = store::open_screen(comm, manifest);
  if (table.empty()) {
    read.cells = field_table(comm, read.screen, how);
    return read;
  }
  read.cells = store::open_cell_table(comm, table);
  mpi::together(comm, [&] { store::check_cells_match(read.cells, read.screen, table); });
  return read;
}

}  // namespace cytoscale::prepare
