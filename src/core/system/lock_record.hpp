// What a lock file says of the run that holds it. One JSON object:
//   {"id": 16 hexadecimal digits, new for every lock that is taken,
//    "host", "pid", "boot", "process_start": who (ProcessIdentity),
//    "start": ISO 8601 in UTC, "slurm_job": SLURM_JOB_ID or "", "slurm_restart": SLURM_RESTART_COUNT or 0}
// Collective: no.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/system/process.hpp"

namespace cytoscale {

struct LockRecord {
  std::string id;
  ProcessIdentity process;
  std::string start;
  std::string slurm_job;
  std::int64_t slurm_restart = 0;

  static LockRecord of_this_process();  // a new id
  // Never throws: of a text that is not whole or not ours, a record with the id "damaged" and of no host.
  static LockRecord parse(std::string_view text) noexcept;

  std::string text() const;
  bool damaged() const;
  // "host node7, pid 4242, Slurm job 815, started 2025-03-01T12:00:00Z", for the user.
  std::string description() const;
  // Whether Slurm has started this job anew after it was that one: the same job, requeued.
  bool restart_of(const LockRecord& older) const;
};

}  // namespace cytoscale
