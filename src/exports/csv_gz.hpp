// A table as CSV, compressed by gzip: what pycytominer, copairs, pandas and R read. Metadata columns, then
// features; numbers in the shortest form that reads back the same; missing ones empty; rows are not numbered.
#pragma once
#include <filesystem>

#include "core/threads/worker_pool.hpp"
#include "exports/row_source.hpp"

namespace cytoscale::exports {

// Threads format and compress blocks of rows, each a member of the gzip file: the bytes do not depend on how
// many there are. Atomic. Throws Error.
void write_csv_gz(const std::filesystem::path& path, const RowSource& source, WorkerPool& threads);

}  // namespace cytoscale::exports
