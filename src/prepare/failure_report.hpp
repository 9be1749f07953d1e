// Fields that a job could not read: counted over all ranks against a limit, and listed in a file of the job's
// own, "failures/JOB.csv" beside "failures.csv", which is the union of those files and input of nothing.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "mpi/run_context.hpp"
#include "screen/failures.hpp"

namespace cytoscale::prepare {

// What a list of failures says of an exception: the file it names, or the field's first file.
screen::FieldFailure failure_of(const screen::Screen& screen, FieldId field, const std::exception& error);

// Of all ranks, on every rank, by field. Collective: yes.
std::vector<screen::FieldFailure> gather_failures(const mpi::Communicator& comm,
                                                  const std::vector<screen::FieldFailure>& mine);

struct FailureReport {
  std::filesystem::path path;  // of the union; empty: none is written
  std::string job;             // names the job's own file
  std::string limit;           // --max-failed-fields
  std::size_t known = 0;       // fields that earlier jobs could not read, counted too
};

// Warns of each failure, writes the job's list (none where nothing failed) and the union, and throws the same
// Error on all ranks where there are more than the limit, or no field is left. `failures`: of all ranks.
// Collective: yes.
void report_failures(const mpi::RunContext& context, const screen::Screen& screen,
                     const std::vector<screen::FieldFailure>& failures, const FailureReport& report);

}  // namespace cytoscale::prepare
