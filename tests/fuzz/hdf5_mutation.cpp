#include "hdf5_mutation.hpp"

#include <algorithm>
#include <cstring>
#include <random>
#include <string_view>

// Of libhdf5, which exports it without declaring it: Jenkins' lookup3.
extern "C" std::uint32_t H5_checksum_metadata(const void* data, std::size_t size, std::uint32_t initial);

namespace cytoscale::fuzz {
namespace {

class Image {
 public:
  Image(std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  bool holds(std::uint64_t at, std::uint64_t bytes) const { return at <= size_ && bytes <= size_ - at; }
  std::uint64_t number(std::uint64_t at, unsigned bytes) const {
    std::uint64_t value = 0;
    for (unsigned i = bytes; holds(at, bytes) && i-- > 0;) value = value << 8 | data_[at + i];
    return value;
  }
  bool is(std::uint64_t at, std::string_view signature) const {
    return holds(at, signature.size()) && std::memcmp(data_ + at, signature.data(), signature.size()) == 0;
  }
  // The checksum behind [begin, end).
  void seal(std::uint64_t begin, std::uint64_t end) {
    if (begin < end && holds(begin, end - begin + 4)) store(end, begin, end);
  }
  // The checksum within [begin, end), which counts as zero.
  void seal_inside(std::uint64_t begin, std::uint64_t end, std::uint64_t at) {
    if (begin >= end || !holds(begin, end - begin) || at < begin || at + 4 > end) return;
    std::memset(data_ + at, 0, 4);
    store(at, begin, end);
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  void store(std::uint64_t at, std::uint64_t begin, std::uint64_t end) {
    const auto sum = H5_checksum_metadata(data_ + begin, end - begin, 0);
    std::memcpy(data_ + at, &sum, 4);
  }
  std::uint8_t* data_;
  std::size_t size_;
};

template <typename Mend>
void for_each(const Image& image, std::string_view signature, const Mend& mend) {
  for (auto at = image.view().find(signature); at != std::string_view::npos;
       at = image.view().find(signature, at + 1)) {
    mend(at);
  }
}

void mend_messages(Image& image, std::uint64_t at, std::uint64_t end, bool ordered, int depth);

void mend_continuation(Image& image, std::uint64_t body, bool ordered, int depth) {
  const auto at = image.number(body, 8), length = image.number(body + 8, 8);
  if (!image.is(at, "OCHK") || length < 8 || !image.holds(at, length) || depth > 8) return;
  mend_messages(image, at + 4, at + length - 4, ordered, depth + 1);
  image.seal(at, at + length - 4);
}

void mend_messages(Image& image, std::uint64_t at, std::uint64_t end, bool ordered, int depth) {
  constexpr std::uint64_t continuation = 0x10;
  const std::uint64_t head = ordered ? 6 : 4;
  while (at + head <= end && image.holds(at, head)) {
    if (image.number(at, 1) == continuation) mend_continuation(image, at + head, ordered, depth);
    at += head + image.number(at + 1, 2);
  }
}

void mend_object_header(Image& image, std::uint64_t at) {
  const auto flags = image.number(at + 5, 1);
  const std::uint64_t sized = at + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const unsigned width = 1u << (flags & 3);
  const auto begin = sized + width, length = image.number(sized, width);
  if (!image.holds(begin, length)) return;
  mend_messages(image, begin, begin + length, (flags & 4) != 0, 0);
  image.seal(at, begin + length);
}

void mend_tree(Image& image, std::uint64_t at) {
  image.seal(at, at + 34);
  const auto record = image.number(at + 10, 2), depth = image.number(at + 12, 2);
  const auto root = image.number(at + 16, 8), records = image.number(at + 24, 2);
  if (depth == 0 && image.is(root, "BTLF")) image.seal(root, root + 6 + records * record);
}

void mend_heap(Image& image, std::uint64_t at) {
  const auto filters = image.number(at + 7, 2), flags = image.number(at + 9, 1);
  if (filters == 0) image.seal(at, at + 142);
  const auto block = image.number(at + 112, 8), bits = image.number(at + 128, 2);
  const auto root = image.number(at + 132, 8), rows = image.number(at + 140, 2);
  if ((flags & 2) == 0 || rows != 0 || !image.is(root, "FHDB") || !image.holds(root, block)) return;
  image.seal_inside(root, root + block, root + 13 + (bits + 7) / 8);
}

}  // namespace

void mend_checksums(std::uint8_t* data, std::size_t size) {
  Image image(data, size);
  if (image.number(8, 1) >= 2 && image.number(9, 1) == 8) image.seal(0, 44);
  for_each(image, "OHDR", [&](std::uint64_t at) { mend_object_header(image, at); });
  for_each(image, "BTHD", [&](std::uint64_t at) { mend_tree(image, at); });
  for_each(image, "FRHP", [&](std::uint64_t at) { mend_heap(image, at); });
}

std::size_t mutate_hdf5(std::uint8_t* data, std::size_t size, std::size_t longest, unsigned seed) {
  std::minstd_rand random(seed);
  const auto below = [&](std::size_t count) { return static_cast<std::size_t>(random()) % count; };
  if (size < 64 || below(32) == 0) return LLVMFuzzerMutate(data, size, longest);
  for (auto changes = 1 + below(4); changes > 0; --changes) {
    auto at = below(size);
    // Most of a small file are zeros that nobody reads.
    for (int tries = 0; tries < 8 && data[at] == 0; ++tries) at = below(size);
    const auto length = std::min(size - at, std::size_t{1} << below(5));
    std::uint8_t window[16];
    std::memcpy(window, data + at, length);
    LLVMFuzzerMutate(window, length, length);
    std::memcpy(data + at, window, length);
  }
  if (below(4) != 0) mend_checksums(data, size);
  return size;
}

}  // namespace cytoscale::fuzz
