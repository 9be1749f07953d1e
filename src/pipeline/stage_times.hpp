// Where the time of a stage went, over its ranks: in the log, and in state/timings.json of its output folder
// (docs/file-format.md).
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "mpi/run_context.hpp"

namespace cytoscale::pipeline {

// Runs `work` with timings to fill; then rank 0 writes those of all ranks under the stage's label into
// `output`/state/timings.json, beside those of other stages, and logs them. Not where `work` throws.
// Collective: yes.
using TimedWork = std::function<void(const mpi::RunContext&)>;
void timed_stage(const mpi::RunContext& context, const std::filesystem::path& output,
                 const std::string& label, const TimedWork& work);
// The same for a job that was started alone: says and writes nothing where it has timed nothing (a chain,
// whose stages are timed one by one; a job that is soon done). `output` may be empty: it is then only said.
void timed_job(const mpi::RunContext& context, const std::filesystem::path& output, const std::string& label,
               const TimedWork& work);

}  // namespace cytoscale::pipeline
