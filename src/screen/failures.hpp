// Fields that could not be read: kept, counted, listed; a run stops only above a limit.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {

struct FieldFailure {
  FieldId field;
  std::string file, reason;
};

// Text form of a list, to pass it between ranks.
std::string pack(const std::vector<FieldFailure>& failures);
std::vector<FieldFailure> unpack_failures(const std::string& text);

// "1%" or "5": at least 1 for a percentage. Throws Error.
std::size_t failure_limit(const std::string& text, std::size_t field_count);

// The list of one job, "failures/JOB.csv" beside the union: a row a field, by field (docs/file-format.md); no
// list where nothing failed. The union, failures.csv, is made anew from the lists of all jobs: a row a field,
// as the first job in the order of the names tells it. Both are atomic. Throws Error.
std::filesystem::path job_failures(const std::filesystem::path& all, const std::string& job);
void write_job_failures(const std::filesystem::path& all, const std::string& job, const Screen& screen,
                        std::vector<FieldFailure> failures);

}  // namespace cytoscale::screen
