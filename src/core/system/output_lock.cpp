#include "core/system/output_lock.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <system_error>

#include "core/error.hpp"
#include "core/system/lock_file.hpp"
#include "core/system/lock_wait.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace fs = std::filesystem;
namespace {

// From this part of the expiry on a holder that could not beat takes its lock for lost: before others do.
constexpr double trusted_part = 0.75;

// A thread that no signal is delivered to: handlers and MPI's own waits stay with the threads they know.
template <typename Work>
std::thread thread_without_signals(Work work) {
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  std::thread thread;
  std::string trouble;
  try {
    thread = std::thread(work);
  } catch (const std::system_error& error) {
    trouble = error.what();
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (!trouble.empty()) {
    throw Error("no thread can be started (" + trouble + ")", {}, "Raise the limit of processes (ulimit -u)");
  }
  return thread;
}

}  // namespace

OutputLock::OutputLock(const fs::path& folder, LockOptions options)
    : path_(folder / "state" / "lock"), options_(std::move(options)), mine_(LockRecord::of_this_process()) {
  take_lock(path_, mine_, options_);
  held_ = true;
  last_beat_ = seconds_since_boot();
  try {
    thread_ = thread_without_signals([this] { beat_until_released(); });
  } catch (const Error&) {
    release();
    throw;
  }
}

OutputLock::~OutputLock() {
  release();
}

void OutputLock::beat_until_released() {
  std::unique_lock lock(mutex_);
  const auto beat = std::chrono::duration<double>(options_.beat_s);
  while (!ending_changed_.wait_for(lock, beat, [this] { return ending_; })) {
    if (!look()) return;
  }
}

void OutputLock::still_mine() {
  {
    const std::lock_guard lock(mutex_);
    look();
  }
  if (lost_) throw_lost();
}

// With the mutex held. False: the lock is not this one's any more. Where it is lost otherwise, it beats on,
// so that nobody takes the folder before this run has left it.
bool OutputLock::look() {
  const double now = seconds_since_boot();
  try {
    const auto there = read_lock(path_);
    if (there && there->record.damaged()) throw Error("the lock cannot be read", path_.string());
    if (!there || there->record.id != mine_.id) {
      lose(there ? "it was taken over by another run: " + there->record.description()
                 : "its lock file was removed",
           options_.on_loss);
      return false;
    }
    touch(path_);
    last_beat_ = seconds_since_boot();
    const auto request = read_lock(lock_request(path_));
    if (request && request->record.restart_of(mine_)) {
      lose("Slurm has requeued this job and runs it anew: " + request->record.description(),
           options_.on_request);
    }
  } catch (const Error& trouble) {  // perhaps of the moment
    if (now - last_beat_ >= trusted_part * options_.expiry_s) {
      lose("its lock could not be renewed for " + duration_text(now - last_beat_) + ": " + trouble.what(),
           options_.on_loss);
    }
  }
  return true;
}

void OutputLock::lose(const std::string& reason, const std::function<void(const std::string&)>& tell) {
  if (lost_) return;
  reason_ = reason;
  lost_ = true;
  if (tell) tell(reason);
}

void OutputLock::throw_lost() {
  const std::lock_guard lock(mutex_);
  throw Error("this run has lost its output folder: " + reason_, path_.string(),
              "It stops, so that no two runs write into the same files");
}

void OutputLock::release() noexcept {
  if (!held_) return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  held_ = false;
  try {
    const auto there = read_lock(path_);
    if (there && there->record.id == mine_.id) ::unlink(path_.c_str());
  } catch (const std::exception&) {  // the next run finds a dead lock
  }
}

}  // namespace cytoscale
