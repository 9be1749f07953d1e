#include "core/text/encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/error.hpp"

namespace cytoscale {

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

namespace {

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

}  // namespace

Utf16 utf16_kind(std::string_view bytes, bool whole) {
  if (bytes.starts_with("\xff\xfe")) return Utf16::little_endian;
  if (bytes.starts_with("\xfe\xff")) return Utf16::big_endian;
  const auto first = bytes.substr(0, 64);
  if (first.size() < 4 || (whole && bytes.size() % 2 != 0)) return Utf16::no;
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

// Bytes of UTF-8 at the end that a following part may complete: less than a character.
std::size_t unfinished_bytes(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xc0) == 0x80) continue;
    const std::size_t length = byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4;
    return length > back ? back : 0;
  }
  return 0;
}

}  // namespace cytoscale
