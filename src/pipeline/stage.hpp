// One link of a chain of jobs, and whether it must be done anew: it must when something that it reads has
// changed since it left its stamp (store/provenance/stamp.hpp).
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "pipeline/job_base.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::pipeline {

struct Stage {
  std::string label;  // names its stamp, e.g. "embed" and "embed-untrained"
  std::unique_ptr<Job> job;
  // Options that the chain decides.
  std::map<std::string, std::string> fixed = {};
  // Options that are set where it is done anew though its own are as they were.
  std::map<std::string, std::string> when_reads_changed = {};
  // An option that is true where of all that it reads metadata columns alone have changed, else false.
  std::string metadata_flag = {};
  std::string always = {};  // why it is done though it is complete; empty: it is not
};

// What a stage may depend on, and where stamps stand.
struct StageRoom {
  const screen::Screen& screen;
  std::filesystem::path output;  // stamps are in OUTPUT/state
  ImageDigest image_digest = ImageDigest::stat;
};

// What the stage would read now, and what is there of its outputs; complete on root. Input files that stand
// as `then` says are not read again. Collective: yes.
store::Stamp stamp_of(const mpi::RunContext& context, const StageRoom& room, Stage& stage,
                      const std::optional<store::Stamp>& then = std::nullopt);

// The same on all ranks: root judges. Collective: yes.
store::Staleness staleness_of(const mpi::RunContext& context, const StageRoom& room, Stage& stage);

}  // namespace cytoscale::pipeline
