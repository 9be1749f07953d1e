// One pass over the fields of a screen: read, work, commit. Ranks take plates, balanced by what there is to
// do, then share the last fields; on each rank threads read and prepare fields ahead
// (core/threads/task_queue.hpp), and the main thread, which alone speaks HDF5 and MPI, finishes them in
// order. Finishing may begin what ends some fields later. What a field becomes depends on the field alone, so
// that results are the same for any number of ranks and threads.
//
// All ranks see the same counts over all ranks, several times a second (mpi/pulse.hpp): fields that failed,
// so that the limit strikes early; errors, so that one rank's ends the pass for all at their next field; and
// the wish to stop (a signal to any rank): the pass is left with what was finished on disk.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/threads/task_queue.hpp"
#include "image/illumination.hpp"
#include "mpi/run_context.hpp"
#include "prepare/failure_report.hpp"
#include "screen/plan.hpp"
#include "screen/screen.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/field_ledger.hpp"

namespace cytoscale::prepare {

using Tick = TaskThreads::Tick;                   // for others who wait, now and then during long work
using Finish = std::function<void(const Tick&)>;  // what the main thread does with a prepared field
using Gain = std::shared_ptr<const image::Illumination>;

struct FieldPassOptions {
  int threads = 1;                       // that read and prepare ahead, per rank
  int queue_memory_mib = 1024;           // of what is prepared, per rank; one field is always allowed
  std::string max_failed_fields = "1%";  // a count or a percentage
  double field_timeout_s = 300;          // a field whose reading takes longer counts as failed; 0: no limit
  double checkpoint_s = 5;               // a killed run loses no more work than this
  void validate() const;                 // throws Error
};

// Files of a job that passes over the fields.
struct FieldFiles {
  std::filesystem::path output;        // written
  std::filesystem::path illumination;  // read; empty: no correction
  std::filesystem::path failures;  // written: the union of all jobs' lists (failure_report.hpp); empty: none
  std::filesystem::path dropped = {};  // written by segment: what its filters dropped; empty: no table
};

// What is done with a field.
struct FieldWork {
  std::string name;                            // of the job, for messages
  std::string unit = "cells";                  // what is counted
  std::function<double(FieldId field)> units;  // of the field; 0: there is nothing to do
  std::optional<screen::Block> fields = {};    // that have something to do; else any may have
  bool by_plate = true;                        // ranks take plates; else each an equal block of the fields
  screen::FieldGroups groups = {};             // by plate: not divided between ranks; none: a field each
  std::function<std::size_t(FieldId field)> bytes;  // that a prepared field takes in memory
  bool shows_progress = true;
  // On any thread. Reads, calls claim.keep() when it has read (false: return at once, with nothing), works.
  // Throws Error: the field cannot be read.
  std::function<Finish(FieldId field, const Gain& gain, Claim& claim)> prepare;
  // Main thread: ends what finishing fields has begun. Before this rank has nothing left to do; not where the
  // pass ends early.
  std::function<void(const Tick&)> settle = {};
};

struct FieldPassResult {
  std::size_t fields_done_before = 0;          // found complete in the ledger
  std::vector<screen::FieldFailure> failures;  // of all ranks, by field
};

class FieldPass {
 public:
  // All must outlive the pass. `illumination`: empty: no correction. Throws Error: options, or an
  // illumination file that is not this screen's. Collective: yes.
  FieldPass(const mpi::RunContext& context, const screen::Screen& screen, const FieldPassOptions& options,
            const std::filesystem::path& illumination = {});
  ~FieldPass();

  // `known_failures`: fields that earlier jobs could not read count against the limit, too. Fields that fail
  // are told to the ledger; too many, an Error of any rank or a stop end the pass with an AgreedError, after
  // a checkpoint. Collective: yes.
  FieldPassResult run(store::FieldLedger& ledger, const FieldWork& work, std::size_t known_failures = 0);

 private:
  class Worker;
  const mpi::RunContext& context_;
  const screen::Screen& screen_;
  FieldPassOptions options_;
  store::PlateIllumination illumination_;
};

}  // namespace cytoscale::prepare
