// Quality control that acts: fields and cells that are left out of the cell table, and why.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/enum_names.hpp"
#include "core/ids.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/field_cells.hpp"

namespace cytoscale::prepare {

struct CellFilters {
  // Fields whose focus score in the DNA channel is below this share of the median over the plate's fields
  // that have cells; 0: none. Other channels have no say: treatments change how sharp they look.
  double blurred = 0;
  double saturated = 1;    // fields of which a channel has more than this share of pixels saturated
  bool border = false;     // cells that touch the edge of their field
  double min_area_px = 0;  // smaller cells
  double max_area_px = 0;  // larger cells; 0: no limit
  // Cells whose area or mean intensity is further from the median of the plate's cells that are left than so
  // many robust standard deviations (1.4826 times the median absolute deviation); 0: none.
  double outliers = 0;
  void validate() const;  // throws Error
};

enum class DropReason : std::int32_t { blurred, saturated, area, border, outlying_area, outlying_intensity };

// A group of cells of one field.
struct Dropped {
  std::int64_t field = 0;
  DropReason reason = DropReason::blurred;
  std::int32_t channel = -1;  // -1: of no channel
  std::int64_t cells = 0;     // of a field: all that it had, under each reason that holds
  double value = 0;           // of the field; of the cell that is furthest from the threshold
  double threshold = 0;
};

// Takes the cells out of `mine`; the quality of their fields stays. Reasons are looked at in the order of
// DropReason, a cell is counted under the first that holds. The result, on all ranks, is by field and reason.
// Each field is on one rank; `dna` is the channel. Collective: yes.
std::vector<Dropped> drop_cells(const mpi::Communicator& comm, const screen::Screen& screen, std::size_t dna,
                                const CellFilters& filters, std::vector<store::FieldCells>& mine);

// CSV, a row each, with its columns alone where nothing was dropped (docs/file-format.md). No file where the
// path is empty.
void write_dropped(const std::filesystem::path& path, const screen::Screen& screen,
                   const std::vector<Dropped>& dropped);

}  // namespace cytoscale::prepare

template <>
struct cytoscale::EnumNames<cytoscale::prepare::DropReason> {
  static constexpr const char* what = "reason to drop cells";
  static constexpr EnumName<prepare::DropReason> all[] = {
      {prepare::DropReason::blurred, "blurred"},
      {prepare::DropReason::saturated, "saturated"},
      {prepare::DropReason::area, "area"},
      {prepare::DropReason::border, "border"},
      {prepare::DropReason::outlying_area, "outlying area"},
      {prepare::DropReason::outlying_intensity, "outlying intensity"}};
};
