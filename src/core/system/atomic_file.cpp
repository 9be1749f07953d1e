#include "core/system/atomic_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <optional>
#include <regex>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/system/process.hpp"

namespace cytoscale {
namespace fs = std::filesystem;
namespace {

constexpr auto leftover_age = std::chrono::hours(24);

// Names end at 255 bytes. With a shortened one the temporary still stands beside its target.
std::string stem_of(const fs::path& target) {
  return target.filename().string().substr(0, 150);
}

// Only what no shell, no file system and no MPI-IO (where "nfs:" in front is a driver) takes for something
// else; no point, so that the mark can be told from the target's name.
std::string host_word(const std::string& host) {
  std::string word = host.substr(0, 40);
  std::replace_if(
      word.begin(), word.end(), [](unsigned char c) { return !(c < 128 && std::isalnum(c)) && c != '-'; },
      '_');
  return word;
}

fs::path temporary_for(const fs::path& target) {
  static std::atomic<std::uint64_t> count = 0;
  const ProcessIdentity self = ProcessIdentity::self();
  return target.parent_path() /
         (stem_of(target) + "." + host_word(self.host) + "-" + self.boot + "-" + std::to_string(self.pid) +
          "-" + std::to_string(self.start) + "-" + std::to_string(++count) + ".tmp");
}

struct TemporaryName {
  std::string stem;
  ProcessIdentity writer;  // its host as in host_word()
};

std::optional<TemporaryName> parse_temporary(const std::string& name) {
  static const std::regex form(
      "(.+)\\.([A-Za-z0-9_-]+)-([0-9a-f]{8})-([0-9]{1,10})-([0-9]{1,19})-[0-9]+\\.tmp");
  std::smatch part;
  if (name.size() > 255 || !std::regex_match(name, part, form)) return std::nullopt;
  return TemporaryName{part[1], {part[2], part[3], std::stoll(part[4]), std::stoull(part[5])}};
}

bool abandoned(const fs::path& file, ProcessIdentity writer) {
  const ProcessIdentity self = ProcessIdentity::self();
  if (writer.host == host_word(self.host)) writer.host = self.host;
  if (writer.here()) return !writer.alive();
  std::error_code unknown;
  const auto written = fs::last_write_time(file, unknown);
  return !unknown && fs::file_time_type::clock::now() - written > leftover_age;
}

int remove_abandoned(const fs::path& folder, const std::optional<std::string>& stem) {
  int removed = 0;
  std::error_code failure;
  fs::directory_iterator files(folder.empty() ? "." : folder, failure);
  for (; !failure && files != fs::directory_iterator(); files.increment(failure)) {
    const auto name = parse_temporary(files->path().filename().string());
    if (!name || (stem && name->stem != *stem) || !abandoned(files->path(), name->writer)) continue;
    std::error_code ignored;  // another may have removed it first
    if (fs::is_regular_file(files->symlink_status(ignored)) && fs::remove(files->path(), ignored)) ++removed;
  }
  if (failure && failure != std::errc::no_such_file_or_directory) {
    throw Error("the folder cannot be listed (" + failure.message() + ")", folder.string(),
                "Check the path and its permissions");
  }
  return removed;
}

void sync_file(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw Error(std::string("cannot be opened again to sync it (") + std::strerror(errno) + ")",
                path.string(), "Check the disk");
  }
  const int reason = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (reason != 0) {
    throw Error(std::string("syncing to disk failed (") + std::strerror(reason) + ")", path.string(),
                "Check the free space and the quota");
  }
}

}  // namespace

AtomicFile::AtomicFile(fs::path target) : target_(std::move(target)) {
  make_folder(target_.parent_path());
  temporary_ = temporary_for(target_);
}

AtomicFile::~AtomicFile() {
  discard();
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : target_(std::exchange(other.target_, {})), temporary_(std::exchange(other.temporary_, {})) {}

AtomicFile& AtomicFile::operator=(AtomicFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  target_ = std::exchange(other.target_, {});
  temporary_ = std::exchange(other.temporary_, {});
  return *this;
}

void AtomicFile::discard() noexcept {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::commit() {
  if (temporary_.empty()) throw Error("the file was committed already", target_.string());
  sync_file(temporary_);
  if (std::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw Error("cannot be renamed to " + target_.filename().string() + " (" + std::strerror(errno) + ")",
                temporary_.string(), "Check the folder's permissions");
  }
  temporary_.clear();
  sync_folder(target_.parent_path());
}

int remove_leftovers(const fs::path& target) {
  return remove_abandoned(target.parent_path(), stem_of(target));
}

int remove_leftovers_in(const fs::path& folder) {
  return remove_abandoned(folder, std::nullopt);
}

void sync_folder(const fs::path& folder) {
  const std::string path = folder.empty() ? "." : folder.string();
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0 && errno == EACCES) return;  // writable, but not to be listed
  const int reason = descriptor >= 0 && ::fsync(descriptor) == 0 ? 0 : errno;
  if (descriptor >= 0) ::close(descriptor);
  if (reason == 0 || reason == EINVAL || reason == ENOTSUP || reason == ENOSYS) return;
  throw Error(std::string("syncing the folder to disk failed (") + std::strerror(reason) + ")", path,
              "Check the disk");
}

}  // namespace cytoscale
