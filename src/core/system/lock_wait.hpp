// Getting an output's lock: places it, takes a dead one over, waits where that is not yet clear, refuses
// where the holder lives. The rules are in output_lock.hpp. Collective: no.
#pragma once
#include <filesystem>

#include "core/system/lock_record.hpp"
#include "core/system/output_lock.hpp"

namespace cytoscale {

// Returns once `mine` is what `lock` holds. Throws Error (refused) or Interrupted.
void take_lock(const std::filesystem::path& lock, const LockRecord& mine, const LockOptions& options);

// Where a requeued job asks its older self to leave.
std::filesystem::path lock_request(const std::filesystem::path& lock);

}  // namespace cytoscale
