// The lock of the folder that a job writes into, and what comes with it: leftovers of dead runs are removed
// first, and a folder that was made for the lock alone goes with it, so that a job that is refused leaves
// nothing. Collective: no (rank 0 holds it for all).
#pragma once
#include <filesystem>
#include <optional>

#include "core/log.hpp"
#include "core/system/output_lock.hpp"

namespace cytoscale::pipeline {

class FolderLock {
 public:
  // Throws Error: another run holds it (core/system/output_lock.hpp). What it waits for goes into the log,
  // which must outlive it. Where a later start of this Slurm job asks for the folder, this one is stopped as
  // by a signal; where the lock is lost, the process ends with a message and exit code 2.
  FolderLock(const std::filesystem::path& folder, Log& log);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  std::filesystem::path folder_;
  bool made_;
  std::optional<OutputLock> lock_;
};

}  // namespace cytoscale::pipeline
