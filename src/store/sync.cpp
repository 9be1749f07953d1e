#include "store/sync.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"

namespace cytoscale::store {

FileSync::FileSync(std::filesystem::path path) : path_(std::move(path)) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor_ < 0) {
    throw Error(std::string("cannot be opened to sync it (") + std::strerror(errno) + ")", path_.string(),
                "Check the disk and the permissions");
  }
}

FileSync::~FileSync() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileSync::sync() {
  if (::fdatasync(descriptor_) != 0) {
    throw Error(std::string("syncing to disk failed (") + std::strerror(errno) + ")", path_.string(),
                "Check the free space and the quota");
  }
}

void rename_file(const std::filesystem::path& from, const std::filesystem::path& to) {
  std::error_code failure;
  std::filesystem::rename(from, to, failure);
  if (failure) {
    throw Error("cannot be renamed to " + to.filename().string() + " (" + failure.message() + ")",
                from.string(), "Check the folder's permissions");
  }
  sync_folder(to.parent_path());
}

}  // namespace cytoscale::store
