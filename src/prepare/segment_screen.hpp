// Cells of a whole screen: every field is read, corrected, segmented (or its cells imported) and judged for
// quality; fields and cells that the filters drop are left out (cell_filters.hpp), so that all jobs that
// follow see the same cells; the cell table is written by all ranks into one file. What is found is kept in a
// journal (store/rows/journal.hpp): an interrupted run goes on from its last field.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "image/segment/segment_nuclei.hpp"
#include "mpi/run_context.hpp"
#include "prepare/cell_filters.hpp"
#include "prepare/field_pass.hpp"
#include "screen/screen.hpp"

namespace cytoscale::prepare {

struct SegmentScreenOptions {
  image::SegmentOptions nuclei = {};
  std::string dna_channel = {};  // empty: DNA, DAPI or Hoechst by name, else the first
  std::string locations = {};    // file name with {Plate}, {Well}, {Site} and other metadata: import instead
  std::string masks = {};        // likewise, of label masks (image/segment/label_mask.hpp)
  CellFilters filters = {};
  FieldPassOptions pass = {};
  bool overwrite = false;  // drop what a run with other options left unfinished
  const std::string& cell_files() const { return masks.empty() ? locations : masks; }
  void validate() const;  // throws Error
};

// Index of the channel to segment; throws Error.
std::size_t dna_channel(const screen::Screen& screen, const std::string& name);

struct SegmentSummary {
  std::int64_t cells = 0;
  std::size_t failed_fields = 0;
  std::vector<Dropped> dropped = {};
};

// Writes the cell table, the table of what was dropped and the lists of failures (failure_report.hpp), the
// latter also when it throws because more fields failed than allowed. The same bytes for any number of ranks
// and threads. Collective: yes.
SegmentSummary segment_screen(const mpi::RunContext& context, const screen::Screen& screen,
                              const SegmentScreenOptions& options, const FieldFiles& files,
                              const nlohmann::json& provenance);

}  // namespace cytoscale::prepare
