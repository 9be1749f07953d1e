#include "core/system/lock_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/error.hpp"

namespace cytoscale {
namespace fs = std::filesystem;
namespace {

constexpr const char* after = ".after-";

class Descriptor {
 public:
  Descriptor(const fs::path& file, int flags) : number(::open(file.c_str(), flags | O_CLOEXEC, 0644)) {}
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  const int number;
};

[[noreturn]] void fail(const std::string& what, int reason, const fs::path& file) {
  throw Error(what + " (" + std::strerror(reason) + ")", file.string(),
              "Check the folder's permissions, the free space and the file system");
}

std::int64_t mtime_ns(const struct stat& status) {
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

void write_record(int descriptor, const LockRecord& record, const fs::path& file) {
  const std::string text = record.text();
  const auto written = ::write(descriptor, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size())) return;
  const int reason = written < 0 ? errno : ENOSPC;
  ::unlink(file.c_str());
  fail("the lock cannot be written", reason, file);
}

fs::path after_name(const fs::path& lock, const std::string& id) {
  return lock.string() + after + id;
}

}  // namespace

std::optional<LockSighting> read_lock(const fs::path& file) {
  for (int attempt = 1;; ++attempt) {
    const Descriptor open(file, O_RDONLY | O_NONBLOCK);
    struct stat status {};
    std::array<char, 16384> text{};
    ssize_t size = 0;
    if (open.number < 0 && errno == EACCES && ::stat(file.c_str(), &status) == 0) {
      return LockSighting{LockRecord::parse(""), mtime_ns(status)};
    }
    if (open.number >= 0 && ::fstat(open.number, &status) == 0) {
      size = ::read(open.number, text.data(), text.size());
      if (size >= 0) {
        return LockSighting{LockRecord::parse({text.data(), static_cast<std::size_t>(size)}),
                            mtime_ns(status)};
      }
    }
    if (errno == ENOENT) return std::nullopt;
    // NFS: replaced on the server between looking it up and reading it.
    if (errno != ESTALE || attempt == 3) fail("the lock cannot be read", errno, file);
  }
}

void touch(const fs::path& file) {
  if (::utimensat(AT_FDCWD, file.c_str(), nullptr, 0) != 0) fail("the lock cannot be renewed", errno, file);
}

AtomicFile write_candidate(const fs::path& lock, const LockRecord& mine) {
  AtomicFile candidate(lock);
  const Descriptor open(candidate.path(), O_CREAT | O_TRUNC | O_WRONLY);
  if (open.number < 0) fail("the output folder cannot be written to", errno, lock.parent_path());
  write_record(open.number, mine, candidate.path());
  ::fsync(open.number);  // now, so that commit() has nothing to wait for between the last look and the rename
  return candidate;
}

bool place_lock_by_creating(const fs::path& name, const LockRecord& mine) {
  const Descriptor open(name, O_CREAT | O_EXCL | O_WRONLY);
  if (open.number < 0 && errno == EEXIST) return false;
  if (open.number < 0) fail("the lock cannot be made", errno, name);
  write_record(open.number, mine, name);
  return true;
}

bool place_lock(const AtomicFile& candidate, const fs::path& name, const LockRecord& mine) {
  if (::link(candidate.path().c_str(), name.c_str()) == 0) return true;
  const int reason = errno;
  if (reason == EPERM || reason == ENOTSUP || reason == ENOSYS || reason == EMLINK) {
    return place_lock_by_creating(name, mine);
  }
  // NFS: the answer to a link that succeeded may be lost, and its repetition then finds the name taken.
  const auto there = read_lock(name);
  if (there && there->record.id == mine.id) return true;
  if (there || reason == EEXIST) return false;
  fail("the lock cannot be made", reason, name);
}

std::optional<LockSighting> present_holder(const fs::path& lock) {
  auto holder = read_lock(lock);
  while (holder) {
    const auto next = read_lock(after_name(lock, holder->record.id));
    if (!next || next->record.id == holder->record.id) break;
    holder = next;
  }
  return holder;
}

bool succeed_lock(AtomicFile& candidate, const LockRecord& dead, const LockRecord& mine) {
  const fs::path& lock = candidate.target();
  const fs::path claim = after_name(lock, dead.id);
  if (!place_lock(candidate, claim, mine)) return false;
  const auto last = present_holder(lock);
  if (!last || last->record.id != mine.id) {
    ::unlink(claim.c_str());
    return false;
  }
  candidate.commit();
  return true;
}

void remove_lock_leftovers(const fs::path& lock, const LockRecord& mine) {
  remove_leftovers(lock);
  const std::string prefix = lock.filename().string() + after;
  std::error_code ignored;
  fs::directory_iterator files(lock.parent_path(), ignored);
  for (; !ignored && files != fs::directory_iterator(); files.increment(ignored)) {
    const std::string name = files->path().filename().string();
    if (name.starts_with(prefix) && name != prefix + mine.id) ::unlink(files->path().c_str());
  }
}

}  // namespace cytoscale
