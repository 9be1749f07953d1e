#include "core/system/random_access_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"

namespace cytoscale {

RandomAccessFile::RandomAccessFile(std::filesystem::path path, std::string remedy)
    : path_(std::move(path)), remedy_(std::move(remedy)) {
  descriptor_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error(std::string("cannot be opened (") + std::strerror(errno) + ")", path_.string(),
                "Check the path and its permissions");
}

RandomAccessFile::~RandomAccessFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

RandomAccessFile::RandomAccessFile(RandomAccessFile&& other) noexcept
    : path_(std::move(other.path_)),
      remedy_(std::move(other.remedy_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

void RandomAccessFile::expect_scattered_reads() const {
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM);
}

void RandomAccessFile::read(std::uint64_t at, std::span<std::byte> to) const {
  while (!to.empty()) {
    const auto got = ::pread(descriptor_, to.data(), to.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error(std::string("reading failed (") + std::strerror(errno) + ")", path_.string(), remedy_);
    if (got == 0)
      throw Error("the file ended before its time: it was cut while in use", path_.string(), remedy_);
    at += static_cast<std::uint64_t>(got);
    to = to.subspan(static_cast<std::size_t>(got));
  }
}

}  // namespace cytoscale
