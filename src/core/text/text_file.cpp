#include "core/text/text_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/gzip.hpp"

namespace cytoscale {
namespace {

struct OtherKind {
  std::string_view begins;
  const char* name;
  const char* remedy;
};

constexpr const char* save_as_csv = "Save it as CSV UTF-8 (Excel: Save as, CSV UTF-8)";
constexpr const char* write_as_csv =
    "Write it as CSV, e.g. python3 -c \"import pandas; pandas.read_parquet('IN').to_csv('OUT.csv', "
    "index=False)\"";
constexpr std::array<OtherKind, 8> other_kinds = {{
    {"PAR1", "a Parquet file", write_as_csv},
    {"ARROW1", "a Feather (Arrow) file", "Write it as CSV, e.g. with pandas.read_feather() and to_csv()"},
    {"PK\x03\x04", "an Excel workbook or another zip archive", save_as_csv},
    {"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", save_as_csv},
    {"SQLite format 3", "an SQLite database", "Export its table as CSV, e.g. with CytoTable or sqlite3 -csv"},
    {std::string_view("\x89HDF", 4), "an HDF5 file", "Write its table as CSV, or name an .h5ad file so"},
    {"BZh", "a bzip2 file", "Unpack it with bunzip2, or pack it with gzip"},
    {std::string_view("\xfd\x37zXZ", 5), "an xz file", "Unpack it with unxz, or pack it with gzip"},
}};

void refuse_other_kinds(std::string_view bytes, const std::string& where) {
  for (const auto& kind : other_kinds)
    if (bytes.starts_with(kind.begins))
      throw Error("this is " + std::string(kind.name) + ", not a text", where, kind.remedy);
}

[[noreturn]] void refuse_byte(std::string_view text, std::size_t at, const std::string& what,
                              const std::string& where) {
  const auto before = text.substr(0, at);
  const auto ends = before.find('\n') == std::string_view::npos ? '\r' : '\n';
  const auto line = 1 + std::count(before.begin(), before.end(), ends);
  throw Error(fmt::format("{}: byte 0x{:02x} at position {} of the file", what,
                          static_cast<unsigned char>(text[at]), at + 1),
              where + ":" + std::to_string(line),
              "Save as UTF-8 (Excel: CSV UTF-8), or convert it, e.g. iconv -f WINDOWS-1252 -t UTF-8");
}

// Where the text stops being UTF-8; none where all of it is.
std::optional<std::size_t> first_not_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u; };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xc0) == 0x80; };
  for (std::size_t i = 0; i < text.size();) {
    std::uint64_t eight = 0;  // most text is ASCII
    if (i + sizeof eight <= text.size()) {
      std::memcpy(&eight, text.data() + i, sizeof eight);
      if ((eight & 0x8080808080808080u) == 0) {
        i += sizeof eight;
        continue;
      }
    }
    const auto first = byte(i), second = byte(i + 1);
    const std::size_t length = first < 0x80   ? 1
                               : first < 0xc2 ? 0
                               : first < 0xe0 ? 2
                               : first < 0xf0 ? 3
                               : first < 0xf5 ? 4
                                              : 0;
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
    bool good = length > 0 && !overlong && !beyond;
    for (std::size_t k = 1; k < length; ++k) good = good && follows(i + k);
    if (!good) return i;
    i += length;
  }
  return std::nullopt;
}

void append_utf8(std::string& text, std::uint32_t code) {
  const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) return add(code);
  if (code < 0x800) {
    add(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      add(0xe0 | code >> 12);
    } else {
      add(0xf0 | code >> 18);
      add(0x80 | (code >> 12 & 0x3f));
    }
    add(0x80 | (code >> 6 & 0x3f));
  }
  add(0x80 | (code & 0x3f));
}

enum class Utf16 { no, little_endian, big_endian };

// By the mark, or, in a text that is mostly ASCII, by the zeros of its first characters.
Utf16 utf16_kind(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe")) return Utf16::little_endian;
  if (bytes.starts_with("\xfe\xff")) return Utf16::big_endian;
  const auto first = bytes.substr(0, 64);
  if (first.size() < 4 || bytes.size() % 2 != 0) return Utf16::no;
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i < first.size(); ++i) zeros[i % 2] += first[i] == 0;
  const auto most = first.size() / 2 * 3 / 4;
  if (zeros[0] == 0 && zeros[1] > most) return Utf16::little_endian;
  if (zeros[1] == 0 && zeros[0] > most) return Utf16::big_endian;
  return Utf16::no;
}

std::string from_utf16(std::string_view bytes, Utf16 kind, const std::string& where) {
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    const auto a = static_cast<unsigned char>(bytes[i]), b = static_cast<unsigned char>(bytes[i + 1]);
    return kind == Utf16::little_endian ? a | b << 8 : a << 8 | b;
  };
  std::string text;
  text.reserve(bytes.size() / 2);
  std::size_t line = 1;
  const auto refuse = [&](std::size_t at) {
    throw Error(fmt::format("the text begins as UTF-16 and stops being it at byte {}", at + 1),
                where + ":" + std::to_string(line), "Save as UTF-8, or restore the end of the file");
  };
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    if (i + 1 == bytes.size()) refuse(i);
    auto code = unit(i);
    if (code >= 0xdc00 && code < 0xe000) refuse(i);
    if (code >= 0xd800 && code < 0xdc00) {
      const auto low = i + 3 < bytes.size() ? unit(i + 2) : 0;
      if (low < 0xdc00 || low >= 0xe000) refuse(i);
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    }
    line += code == '\n';
    append_utf8(text, code);
  }
  return text;
}

}  // namespace

std::string text_of_bytes(std::string bytes, const std::string& where) {
  if (is_gzip(bytes)) bytes = gunzip(bytes, where);
  refuse_other_kinds(bytes, where);
  if (const auto kind = utf16_kind(bytes); kind != Utf16::no) bytes = from_utf16(bytes, kind, where);
  if (const auto at = first_not_utf8(bytes)) refuse_byte(bytes, *at, "the text is not UTF-8", where);
  if (const auto at = bytes.find('\0'); at != std::string::npos)
    refuse_byte(bytes, at, "the text is damaged", where);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
  return bytes;
}

std::string read_text_file(const std::filesystem::path& path) {
  return text_of_bytes(read_file(path), path.string());
}

}  // namespace cytoscale
