#include "core/text/gzip.hpp"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <vector>

#include "core/error.hpp"

namespace cytoscale {
namespace {

constexpr int any_window_of_gzip = 16 + MAX_WBITS;
constexpr std::size_t bytes_at_once = std::size_t{1} << 20;

[[noreturn]] void refuse(const std::string& where) {
  throw Error("the gzip file is cut short or damaged", where, "Copy it again; `gzip -t FILE` tests it");
}

}  // namespace

bool is_gzip(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b");
}

std::string gunzip(std::string_view bytes, const std::string& where) {
  z_stream stream{};
  if (inflateInit2(&stream, any_window_of_gzip) != Z_OK) throw Error("zlib cannot be started", where);
  const std::unique_ptr<z_stream, int (*)(z_stream*)> closed(&stream, inflateEnd);
  std::string text;
  std::vector<char> block(bytes_at_once);
  while (!bytes.empty()) {
    const auto part = std::min<std::size_t>(bytes.size(), std::numeric_limits<uInt>::max());
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream.avail_in = static_cast<uInt>(part);
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    const int state = inflate(&stream, Z_NO_FLUSH);
    text.append(block.data(), block.size() - stream.avail_out);
    bytes.remove_prefix(part - stream.avail_in);
    if (state == Z_STREAM_END) {
      if (!is_gzip(bytes)) return text;  // what pads the end is no text
      if (inflateReset(&stream) != Z_OK) refuse(where);
    } else if (state != Z_OK || (bytes.empty() && stream.avail_out > 0)) {
      refuse(where);
    }
  }
  // All was read, and the last member has not ended; what is left in the window comes without input.
  for (int state = Z_OK; state == Z_OK;) {
    stream.next_out = reinterpret_cast<Bytef*>(block.data());
    stream.avail_out = static_cast<uInt>(block.size());
    state = inflate(&stream, Z_FINISH);
    if (state == Z_BUF_ERROR && stream.avail_out == 0) state = Z_OK;
    text.append(block.data(), block.size() - stream.avail_out);
    if (state == Z_STREAM_END) return text;
  }
  refuse(where);
}

}  // namespace cytoscale
