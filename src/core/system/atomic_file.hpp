// A file written beside its place and renamed onto it: a reader sees the old file or the new one, never a
// part, and after commit() the new one is there even if the power fails.
//
// The temporary's name is its own, so that two writers never share one:
//   <name>.<host>-<boot>-<pid>-<start>-<count>.tmp
// with the parts of ProcessIdentity (process.hpp) and a count within the process. From it a later run tells
// whether the writer still lives.
//
// Parallel files: rank 0 makes the AtomicFile and broadcasts path().string(); all ranks open that, write,
// sync their own rows and close; rank 0 commits. Where something fails, rank 0's destructor removes the
// temporary.
//
// All functions throw Error (no permission, no space, the disk's trouble). Collective: no.
#pragma once
#include <filesystem>

namespace cytoscale {

class AtomicFile {
 public:
  // Makes the folder of `target` and chooses the temporary's name. The file itself is made by who writes it.
  explicit AtomicFile(std::filesystem::path target);
  ~AtomicFile();  // removes the temporary where it was not committed
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&& other) noexcept;

  const std::filesystem::path& path() const { return temporary_; }  // where to write
  const std::filesystem::path& target() const { return target_; }

  // Syncs the temporary (closed by its writers), renames it onto the target and syncs the folder. Once.
  void commit();

 private:
  void discard() noexcept;

  std::filesystem::path target_, temporary_;  // no temporary: committed, or moved from
};

// Removes the temporaries of this target that nobody writes any more: those of processes of this host that
// are dead, and those of other hosts (or of this host before it was started anew) that have not changed for a
// day. Never a living process's. Returns how many. A folder that is missing has none. Call it while holding
// the OutputLock of the folder: then a file of another host that is a day old cannot be in use.
int remove_leftovers(const std::filesystem::path& target);
// The same for all targets in this folder, not in those below it: one pass where there are many files.
int remove_leftovers_in(const std::filesystem::path& folder);

// Puts the folder's entries (what was made, renamed, removed in it) onto the disk. File systems that cannot
// do that to a folder are let pass.
void sync_folder(const std::filesystem::path& folder);

}  // namespace cytoscale
