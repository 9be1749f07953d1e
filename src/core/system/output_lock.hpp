// One writer for each output folder: the lock FOLDER/state/lock (lock_record.hpp says what is in it,
// lock_file.hpp how it is placed and taken over). Rank 0 of a job holds it for all ranks.
//
// When is the holder dead?
// - Same host, boot and PID namespace: when its process is gone, a zombie, or its pid is another process's
//   by now. At once; a living process is never dead, however long it is stopped.
// - Elsewhere: when its heartbeat, the lock's mtime, is `expiry_s` old by the file system's clock (the mtime
//   of a file of ours touched just before), or has not changed for that long while we watched. A younger
//   heartbeat does not tell a living holder from one that died a moment ago, so the newcomer watches: the
//   next beat proves that the holder lives, and refuses the newcomer; without one it takes over. A job that
//   goes on after a node was lost therefore waits two minutes at most instead of failing. On Lustre, mtimes
//   come from the clients: their clocks must agree within a minute.
// - The same Slurm job, requeued (SLURM_JOB_ID equal, SLURM_RESTART_COUNT larger): Slurm holds the older one
//   for dead, but does not know. After a cut of the network its ranks kept running and writing (measured), as
//   they do when only slurmd died. So Slurm's word is not taken for it: the rules above decide. But Slurm's
//   word is good enough to ask the older one to leave: the newcomer places FOLDER/state/lock.request, the
//   older one finds it at its next beat, stops with an Error and releases the lock, and the newcomer, which
//   waits meanwhile, takes it. It refuses only if the older one still beats after 1.5 `expiry_s`.
//
// The heartbeat is a thread's, for collective phases, closing a file of terabytes or a long step of a network
// never come by a loop's end, and a lock that expires under a living writer is worse than one that outlives a
// hanging writer, which the user or Slurm kills. The thread calls no MPI and blocks all signals.
//
// A holder that was cut off or suspended may be taken over; it must stop then (LockOptions::on_loss). Between
// its last look and a write no lock on a shared file system can stand. What a late write can still do is
// bounded: temporaries have names of their own, and rows of a .part of the same options are the same bytes
// whoever writes them.
//
// The lock speaks for rank 0. If rank 0 alone is killed, the launcher ends the others within seconds; wait
// for mpirun or srun to return before starting anew by hand.
//
// Collective: no.
#pragma once
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "core/system/lock_record.hpp"

namespace cytoscale {

struct LockOptions {
  double beat_s = 20;
  double expiry_s = 120;
  std::function<void(const std::string&)> say = {};  // one line where it has to wait
  // From the lock's thread, once, with the reason: a later start of this Slurm job asks for the folder (save,
  // stop, release); the lock is another's, or may be (stop without writing anything more).
  std::function<void(const std::string&)> on_request = {}, on_loss = {};
};

class OutputLock {
 public:
  // Takes the lock; makes the folders. Throws Error: another run holds it (host, pid, Slurm job, start and
  // the remedy), or the folder cannot be written to. Throws Interrupted where a signal comes while it waits.
  explicit OutputLock(const std::filesystem::path& folder, LockOptions options = {});
  ~OutputLock();  // release(). A forked child must leave by _exit()
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

  // Looks at the file now. Throws Error where it is another's or gone, a requeued job wants it, or where it
  // could not be renewed for so long that others may believe it dead.
  void still_mine();
  // What the thread has found out.
  bool lost() const noexcept { return lost_; }

  // Removes the lock where it still is this one's, and ends the thread. Also before leaving without
  // destructors (MPI_Abort, _exit): the next run on another host then need not wait.
  void release() noexcept;

  const std::filesystem::path& path() const { return path_; }
  const LockRecord& record() const { return mine_; }

 private:
  void beat_until_released();
  bool look();
  void lose(const std::string& reason, const std::function<void(const std::string&)>& tell);
  [[noreturn]] void throw_lost();

  std::filesystem::path path_;
  LockOptions options_;
  LockRecord mine_;
  std::mutex mutex_;  // of all below but the atomics
  std::condition_variable ending_changed_;
  bool ending_ = false, held_ = false;
  std::string reason_;
  double last_beat_ = 0;
  std::atomic<bool> lost_ = false;
  std::thread thread_;
};

}  // namespace cytoscale
