// One pass over the fields of a screen that fills the rows of one file. Ranks take plates, balanced by cells,
// then share the last fields; on each rank threads read and prepare fields ahead while the main thread
// finishes them and writes rows (it alone speaks HDF5 and MPI). What a field becomes depends on the field
// alone, so that the file is the same for any number of ranks and threads.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "image/illumination.hpp"
#include "mpi/communicator.hpp"
#include "prepare/read_ahead.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/resumable_field_file.hpp"

namespace cytoscale::prepare {

struct FieldPassOptions {
  int threads = 1;                       // that read and prepare ahead, per rank
  int queue_memory_mib = 1024;           // of what is prepared, per rank; one field is always allowed
  std::string max_failed_fields = "1%";  // of segment and this pass together
  double checkpoint_s = 5;               // a killed run loses no more work than this
  void validate() const;                 // throws Error
};

struct FieldPassFiles {
  std::filesystem::path output;        // written
  std::filesystem::path illumination;  // read; empty: no correction
  std::filesystem::path failures;      // read, and rewritten where fields failed that segment could read
};

// What is done with a field.
struct FieldWork {
  std::string name;                                     // of the job, for messages
  std::string unit = "cells";                           // what is counted
  std::function<std::size_t(std::size_t field)> bytes;  // that a prepared field takes in memory
  // On any thread. Returns what the main thread does with the field. Throws Error: it cannot be read.
  std::function<std::function<void(const Tick&)>(std::size_t field, const image::Illumination* gain)> prepare;
};

struct FieldPassResult {
  std::size_t fields_done_before = 0;  // found complete in the file of an interrupted run
  std::size_t failed_fields = 0;       // could be read by segment, but not now
};

class FieldPass {
 public:
  // All must outlive the pass. Throws Error: options, or an illumination file that is not this screen's.
  // Collective: no.
  FieldPass(const mpi::Communicator& comm, const screen::Screen& screen, const store::CellTable& cells,
            const FieldPassOptions& options, const FieldPassFiles& files);

  // A field that cannot be read is listed in failures.csv and written as failed; more than max_failed_fields
  // stop the run. An Error on one rank stops all ranks at their next field and is thrown by all of them; what
  // was written stays in the unfinished file, which the next run continues. Closes the rows. Collective: yes.
  FieldPassResult run(store::ResumableFieldFile& rows, const FieldWork& work, const Clock& clock, Log& log);

 private:
  const mpi::Communicator& comm_;
  const screen::Screen& screen_;
  const store::CellTable& cells_;
  FieldPassOptions options_;
  FieldPassFiles files_;
  store::PlateIllumination illumination_;
};

}  // namespace cytoscale::prepare
