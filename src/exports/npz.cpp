#include "exports/npz.hpp"

#include <bit>
#include <cstdint>
#include <limits>

#include "core/error.hpp"
#include "core/text/deflate.hpp"

namespace cytoscale::exports {
namespace {

static_assert(std::endian::native == std::endian::little);

void put(std::string& text, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
}

// Magic, version, the header's length, and the header, padded so that the data begin at a multiple of 64.
std::string npy_header(const std::string& type, const std::vector<std::size_t>& shape) {
  std::string dimensions;
  for (const auto size : shape) dimensions += std::to_string(size) + (shape.size() == 1 ? "," : ", ");
  if (shape.size() > 1) dimensions.resize(dimensions.size() - 2);
  std::string words = "{'descr': '" + type + "', 'fortran_order': False, 'shape': (" + dimensions + "), }";
  constexpr std::size_t before = 10;  // bytes
  words.resize((before + words.size() + 1 + 63) / 64 * 64 - before - 1, ' ');
  words += '\n';
  std::string header = "\x93NUMPY";
  header += {'\x01', '\x00'};
  put(header, words.size(), 2);
  return header + words;
}

template <typename T>
std::string array_of(const std::string& type, std::span<const T> values,
                     const std::vector<std::size_t>& shape) {
  std::string npy = npy_header(type, shape);
  npy.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  return npy;
}

void put_unicode(std::string& pickle, const std::string& text) {
  pickle += 'X';
  put(pickle, text.size(), 4);
  pickle += text;
}

// Where zip's times are zero: 1 January 1980, midnight.
constexpr std::uint32_t no_time = 0x00210000;

struct Entry {
  std::string name;
  std::uint16_t method;  // 0 stored, 8 deflated
  std::uint32_t crc;
  std::uint64_t size, stored, at;
};

// What a local header and an entry of the directory have in common.
void put_entry(std::string& zip, const Entry& entry) {
  put(zip, 20, 2);  // the version that is needed to read it, 2.0
  put(zip, 0, 2);   // flags
  put(zip, entry.method, 2);
  put(zip, no_time, 4);
  put(zip, entry.crc, 4);
  put(zip, entry.stored, 4);
  put(zip, entry.size, 4);
  put(zip, entry.name.size(), 2);
  put(zip, 0, 2);  // no extra field
}

}  // namespace

std::string npy_of(std::span<const float> values, const std::vector<std::size_t>& shape) {
  return array_of("<f4", values, shape);
}

std::string npy_of(std::span<const double> values, const std::vector<std::size_t>& shape) {
  return array_of("<f8", values, shape);
}

std::string npy_of(const std::map<std::string, std::string>& dictionary) {
  std::string pickle = "\x80\x02";
  pickle += "cnumpy\narray\n}";  // numpy.array, an empty dictionary
  if (!dictionary.empty()) {
    pickle += '(';
    for (const auto& [key, value] : dictionary) {
      put_unicode(pickle, key);
      put_unicode(pickle, value);
    }
    pickle += 'u';
  }
  pickle += "\x85R.";  // called with it
  return npy_header("|O", {}) + pickle;
}

std::string npz_of(const std::vector<std::pair<std::string, std::string>>& arrays, bool compressed) {
  std::string zip, directory;
  for (const auto& [name, npy] : arrays) {
    const auto bytes = std::as_bytes(std::span(npy));
    const std::string small = compressed ? deflated(bytes) : std::string();
    const std::string& stored = compressed ? small : npy;
    const Entry entry{name + ".npy",   static_cast<std::uint16_t>(compressed ? 8 : 0),
                      crc32_of(bytes), npy.size(),
                      stored.size(),   zip.size()};
    if (zip.size() + npy.size() + stored.size() > std::numeric_limits<std::uint32_t>::max() / 2)
      throw Error("the arrays take more than 2 GiB", name + ".npz", "Export to Parquet or CSV");
    put(zip, 0x04034b50, 4);
    put_entry(zip, entry);
    zip += entry.name + stored;
    put(directory, 0x02014b50, 4);
    put(directory, 20, 2);  // written by version 2.0
    put_entry(directory, entry);
    put(directory, 0, 2 + 2);  // no comment, disk 0
    put(directory, 0, 2 + 4);  // no attributes
    put(directory, entry.at, 4);
    directory += entry.name;
  }
  const auto at = zip.size();
  zip += directory;
  put(zip, 0x06054b50, 4);
  put(zip, 0, 4);  // disk 0
  put(zip, arrays.size(), 2);
  put(zip, arrays.size(), 2);
  put(zip, directory.size(), 4);
  put(zip, at, 4);
  put(zip, 0, 2);  // no comment
  return zip;
}

}  // namespace cytoscale::exports
