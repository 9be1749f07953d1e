#include "core/system/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"
#include "core/text/text.hpp"

namespace cytoscale {
namespace fs = std::filesystem;

std::ifstream open_file(const fs::path& path) {
  std::error_code status;
  if (fs::is_directory(path, status)) throw Error("this is a folder, a file is needed", path.string());
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    throw Error(std::string("cannot be opened (") + std::strerror(errno) + ")", path.string(),
                "Check the path and its permissions");
  }
  return in;
}

std::size_t read_some(std::ifstream& in, char* bytes, std::size_t count, const fs::path& path) {
  in.read(bytes, static_cast<std::streamsize>(count));
  if (in.bad()) throw Error("reading failed", path.string(), "Check the disk or the network file system");
  return static_cast<std::size_t>(in.gcount());
}

std::string read_file(const fs::path& path) {
  auto in = open_file(path);
  std::string content;
  std::error_code status;
  const auto size = fs::file_size(path, status);  // of a pipe, or a file of /proc: unknown
  for (std::size_t more = status ? 0 : size; in; more = content.size()) {
    const auto before = content.size();
    content.resize(before + std::max<std::size_t>(more, 4096) + 1);  // one more, to meet the end
    content.resize(before + read_some(in, content.data() + before, content.size() - before, path));
  }
  return content;
}

void make_folder(const fs::path& path) {
  if (path.empty()) return;
  std::error_code failure;
  fs::create_directories(path, failure);
  if (failure) {
    throw Error("the folder cannot be made (" + failure.message() + ")", path.string(),
                "Choose another --output, or mend the permissions");
  }
}

void check_room(const fs::path& folder, double bytes, const std::string& what, const std::string& remedy) {
  std::error_code unknown;
  const auto available = static_cast<double>(fs::space(folder, unknown).available);
  if (unknown || available >= bytes) return;
  throw Error(what + " takes " + bytes_text(bytes) + ", the disk has " + bytes_text(available) + " left",
              folder.string(), remedy);
}

void replace_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  AtomicFile file(path);
  write(file.path());
  file.commit();
}

void write_file_atomically(const fs::path& path, std::string_view content) {
  replace_atomically(path, [&](const fs::path& temporary) {
    std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
    out.flush();
    if (!out) throw Error("writing failed", temporary.string(), "Check the free space and the permissions");
  });
}

}  // namespace cytoscale
