#include "pipeline/folder_lock.hpp"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/stop_request.hpp"

namespace cytoscale::pipeline {

namespace {

// From the lock's thread. What other ranks write meanwhile are rows of the same options: the same bytes.
[[noreturn]] void end_at_once(const std::filesystem::path& folder, const std::string& reason) {
  const Error error("this run has lost its output folder: " + reason, folder.string(),
                    "It stops, so that no two runs write into the same files");
  std::fprintf(stderr, "cytoscale: error: %s\n", error.what());
  std::fflush(stderr);
  std::_Exit(exit_input_error);
}

// In the folders of this one that have no lock of their own. Those that cannot be read are none of ours.
void remove_leftovers_below(const std::filesystem::path& folder) {
  std::error_code failure;
  for (std::filesystem::directory_iterator at(folder, failure), end; !failure && at != end;
       at.increment(failure)) {
    std::error_code unreadable;
    if (!at->is_directory(unreadable) || at->is_symlink(unreadable) ||
        std::filesystem::exists(at->path() / "state" / "lock", unreadable))
      continue;
    try {
      remove_leftovers_in(at->path());
    } catch (const Error&) {
    }
  }
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, Log& log) : folder_(folder) {
  made_ = !std::filesystem::exists(folder);
  LockOptions options;
  options.say = [&log](const std::string& line) { log.info(line); };
  options.on_request = [&log](const std::string& reason) {
    log.info("stopping for another run: " + reason);
    StopRequest::raise(SIGUSR1);
  };
  options.on_loss = [folder](const std::string& reason) { end_at_once(folder, reason); };
  lock_.emplace(folder, options);
  remove_leftovers_in(folder);
  remove_leftovers_below(folder);
}

FolderLock::~FolderLock() {
  lock_.reset();
  std::error_code not_empty;
  if (made_ && std::filesystem::remove(folder_ / "state", not_empty))
    std::filesystem::remove(folder_, not_empty);
}

}  // namespace cytoscale::pipeline
