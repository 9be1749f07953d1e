#include "core/text/deflate.hpp"

#include <libdeflate.h>

#include <memory>

#include "core/error.hpp"
#include "core/expect.hpp"

namespace cytoscale {
namespace {

constexpr int usual_level = 6;

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const { libdeflate_free_compressor(compressor); }
};

// One for each thread: it takes longer to make than to use on a small text.
libdeflate_compressor* compressor() {
  thread_local const std::unique_ptr<libdeflate_compressor, FreeCompressor> mine(
      libdeflate_alloc_compressor(usual_level));
  if (!mine) throw Error("there is no memory to compress with", "libdeflate", "Ask for more memory");
  return mine.get();
}

template <typename Bound, typename Compress>
std::string compressed(const void* bytes, std::size_t size, Bound bound, Compress compress) {
  std::string out(bound(compressor(), size), '\0');
  const auto used = compress(compressor(), bytes, size, out.data(), out.size());
  CYTO_EXPECT(used > 0);
  out.resize(used);
  return out;
}

}  // namespace

std::string gzip_member(std::string_view text) {
  return compressed(text.data(), text.size(), libdeflate_gzip_compress_bound, libdeflate_gzip_compress);
}

std::string deflated(std::span<const std::byte> bytes) {
  return compressed(bytes.data(), bytes.size(), libdeflate_deflate_compress_bound,
                    libdeflate_deflate_compress);
}

std::uint32_t crc32_of(std::span<const std::byte> bytes) {
  return libdeflate_crc32(0, bytes.data(), bytes.size());
}

}  // namespace cytoscale
