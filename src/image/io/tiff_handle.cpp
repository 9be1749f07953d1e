#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "core/error.hpp"
#include "image/io/tiff_internal.hpp"

namespace cytoscale::image::tiff_internal {
namespace {

// libtiff may not allocate more than this at once for anything: a raw strip is at most the file, tables are
// smaller.
constexpr std::uint64_t allocation_floor_bytes = std::uint64_t(64) << 20;

std::uint64_t checked_file_size(const std::filesystem::path& path) {
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (!std::filesystem::exists(status)) {
    throw Error("the image file does not exist", path.string(),
                "Check the manifest's path and the image root");
  }
  if (!std::filesystem::is_regular_file(status)) {
    throw Error("the image path is not a file", path.string(), "Give the path of a TIFF or PNG file");
  }
  const auto size = std::filesystem::file_size(path, failure);
  if (failure) throw Error("the image file cannot be examined (" + failure.message() + ")", path.string());
  if (size < 8) {
    throw Error("the image file is " + std::string(size ? "too short for a TIFF" : "empty"), path.string(),
                "Copy it again from its source");
  }
  return size;
}

}  // namespace

Handle::Handle(const std::filesystem::path& path, const char* mode) : where_(path.string()) {
  const bool reading = mode[0] == 'r';
  if (reading) file_bytes_ = checked_file_size(path);
  TIFFOpenOptions* options = TIFFOpenOptionsAlloc();
  if (!options) throw std::bad_alloc();
  TIFFOpenOptionsSetErrorHandlerExtR(options, &Handle::keep_error, this);
  TIFFOpenOptionsSetWarningHandlerExtR(options, &Handle::drop_warning, this);
  if (reading) {
    const auto limit = std::max(allocation_floor_bytes, file_bytes_ + (std::uint64_t(1) << 20));
    TIFFOpenOptionsSetMaxSingleMemAlloc(options, tmsize_t(limit));
  }
  tiff_ = TIFFOpenExt(path.c_str(), mode, options);
  TIFFOpenOptionsFree(options);
  if (!tiff_ && reading)
    fail("the file is not a readable TIFF",
         "Check that it is a TIFF, or a PNG whose name ends with .png, and complete; copy it again");
  if (!tiff_) fail("the file cannot be created", "Check the folder, its permissions and the free space");
}

Handle::~Handle() {
  if (tiff_) TIFFClose(tiff_);
}

void Handle::close() {
  if (!tiff_) return;
  TIFFClose(tiff_);
  tiff_ = nullptr;
  if (!messages_.empty()) fail_write();
}

void Handle::fail(const std::string& problem, const std::string& remedy) const {
  throw Error(messages_.empty() ? problem : problem + " (" + messages_ + ")", where_, remedy);
}

void Handle::fail_write() const {
  fail("the image cannot be written", "Check the free space and permissions");
}

int Handle::keep_error(TIFF*, void* self, const char* module, const char* format, va_list arguments) {
  auto& messages = static_cast<Handle*>(self)->messages_;
  if (messages.size() > 300) return 1;  // a broken file can complain without end; the first words tell most
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::string line = text.data();
  const auto& where = static_cast<Handle*>(self)->where_;
  if (const auto at = line.find(where); at != std::string::npos) line.erase(at, where.size());
  line.erase(0, line.find_first_not_of(" :"));
  while (!line.empty() && (line.back() == '.' || line.back() == '\n')) line.pop_back();
  for (char& c : line) {  // file content may be quoted in a message
    if (static_cast<unsigned char>(c) < 32 || static_cast<unsigned char>(c) == 127) c = '?';
  }
  if (!messages.empty()) messages += "; ";
  messages += "libtiff: ";
  if (module && where != module) messages += std::string(module) + ": ";
  messages += line;
  return 1;
}

int Handle::drop_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

}  // namespace cytoscale::image::tiff_internal
