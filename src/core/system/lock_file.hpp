// The lock file of an output folder: placing it, reading it, taking over one whose holder is dead. What to
// believe and when to wait is OutputLock's (output_lock.hpp).
//
// No flock or fcntl: many clusters' file systems answer ENOLCK, and such a lock cannot say whose it is.
//
// Placing: a whole record, written beside, is hard-linked to the lock's name, which fails where that exists
// (atomic on NFS, too) and shows no reader an empty file. Without hard links: O_CREAT | O_EXCL.
//
// Taking over. To remove a dead lock and place one's own would let a second newcomer, who judged the same
// lock a moment before, remove the first newcomer's. So who wants to succeed the record X must first place
// "lock.after-<id of X>", which only one can, with a record of its own; then it looks again whether X still
// is the last, and only then renames its record onto "lock". Where a newcomer dies between these, its
// "after" is itself a dead lock that is succeeded in the same way: who follows lock, lock.after-…, … to the
// end finds the one holder. Ids never come again, so a left-over "after" leads nowhere.
//
// All functions throw Error (permissions, the disk's trouble). Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/system/atomic_file.hpp"
#include "core/system/lock_record.hpp"

namespace cytoscale {

struct LockSighting {
  LockRecord record;
  std::int64_t beat_ns;  // the file's mtime, by the file system's clock
};

// Nothing where there is no such file. What may not be read is a damaged record with its mtime. The file is
// opened each time: on NFS that, and not stat(), asks the server.
std::optional<LockSighting> read_lock(const std::filesystem::path& file);

// Sets the file's mtime to the present of its file system (NFS: the server's clock; Lustre: this host's).
void touch(const std::filesystem::path& file);

// A record of this process beside the lock, ready to be placed.
AtomicFile write_candidate(const std::filesystem::path& lock, const LockRecord& mine);

// True: `name` did not exist and is now the candidate's record.
bool place_lock(const AtomicFile& candidate, const std::filesystem::path& name, const LockRecord& mine);
// The same without hard links.
bool place_lock_by_creating(const std::filesystem::path& name, const LockRecord& mine);

// The end of the chain: who holds the lock, or is about to. Nothing: it is free.
std::optional<LockSighting> present_holder(const std::filesystem::path& lock);

// Takes the lock over from the present holder, which is dead. False: another was first, or it has changed
// hands meanwhile. On true the candidate is committed.
bool succeed_lock(AtomicFile& candidate, const LockRecord& dead, const LockRecord& mine);

// What older holders and newcomers left beside the lock; for its holder alone.
void remove_lock_leftovers(const std::filesystem::path& lock, const LockRecord& mine);

}  // namespace cytoscale
