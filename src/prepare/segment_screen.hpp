// Cells of a whole screen: every field is read, corrected, segmented (or its cells imported) and judged for
// quality; the cell table is written by all ranks into one file.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "image/segment/segment_nuclei.hpp"
#include "mpi/communicator.hpp"
#include "screen/failures.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::prepare {

struct SegmentScreenOptions {
  image::SegmentOptions nuclei;
  std::string dna_channel;             // empty: DNA, DAPI or Hoechst by name, else the first
  std::filesystem::path illumination;  // empty: uncorrected
  std::string locations;  // file name with {Plate}, {Well}, {Site} and other metadata: import instead
  std::string max_failed_fields = "1%";
  int threads = 1;  // per rank
};

// Index of the channel to segment; throws Error.
std::size_t dna_channel(const screen::Screen& screen, const std::string& name);

struct SegmentSummary {
  std::int64_t cells = 0;
  std::size_t failed_fields = 0;
};

// Writes cells.h5 and failures.csv, the latter also when it throws because more fields failed than allowed.
// The same bytes for any number of ranks and threads. Collective: yes.
SegmentSummary segment_screen(const mpi::Communicator& comm, const screen::Screen& screen,
                              const SegmentScreenOptions& options, const std::filesystem::path& cells,
                              const std::filesystem::path& failures, const nlohmann::json& provenance,
                              const Clock& clock, Log& log);

// Throws the agreed Error when more than the limit failed; each rank brings its own failures. Root writes
// failures.csv. Returns all failures on every rank, sorted by field. Collective: yes.
std::vector<screen::FieldFailure> settle_failures(const mpi::Communicator& comm, const screen::Screen& screen,
                                                  const std::vector<screen::FieldFailure>& mine,
                                                  const std::string& limit,
                                                  const std::filesystem::path& path);

}  // namespace cytoscale::prepare
