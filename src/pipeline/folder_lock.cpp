#include "pipeline/folder_lock.hpp"

#include "core/system/atomic_file.hpp"

namespace cytoscale::pipeline {

FolderLock::FolderLock(const std::filesystem::path& folder, Log& log) : folder_(folder) {
  made_ = !std::filesystem::exists(folder);
  LockOptions options;
  options.say = [&log](const std::string& line) { log.info(line); };
  lock_.emplace(folder, options);
  for (const auto& each : {folder, folder / "state", folder / "model", folder / "untrained"})
    remove_leftovers_in(each);
}

FolderLock::~FolderLock() {
  lock_.reset();
  std::error_code not_empty;
  if (made_ && std::filesystem::remove(folder_ / "state", not_empty))
    std::filesystem::remove(folder_, not_empty);
}

}  // namespace cytoscale::pipeline
