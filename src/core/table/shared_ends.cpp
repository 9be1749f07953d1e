#include "core/table/shared_ends.hpp"

#include <algorithm>

namespace cytoscale {
namespace {

// Seven bits a byte, the lowest first.
void put_number(std::vector<char>& bytes, std::size_t number) {
  for (; number >= 0x80; number >>= 7) bytes.push_back(static_cast<char>(number | 0x80));
  bytes.push_back(static_cast<char>(number));
}

std::size_t take_number(const char* bytes, std::size_t& at) {
  std::size_t number = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    number |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return number;
  }
}

// The same where anything may stand.
bool take_checked(std::span<const char> bytes, std::size_t& at, std::size_t& number) {
  number = 0;
  for (int shift = 0; shift < 63 && at < bytes.size(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    number |= static_cast<std::size_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

}  // namespace

void put_shared_ends(std::vector<char>& bytes, std::string_view before, std::string_view text) {
  const auto shorter = std::min(text.size(), before.size());
  std::size_t begin = 0, end = 0;
  while (begin < shorter && text[begin] == before[begin]) ++begin;
  while (end < shorter - begin && text[text.size() - 1 - end] == before[before.size() - 1 - end]) ++end;
  const auto between = text.substr(begin, text.size() - begin - end);
  put_number(bytes, begin);
  put_number(bytes, end);
  put_number(bytes, between.size());
  bytes.insert(bytes.end(), between.begin(), between.end());
}

std::size_t take_shared_ends(const char* bytes, std::size_t at, std::string& text) {
  const auto begin = take_number(bytes, at), end = take_number(bytes, at), between = take_number(bytes, at);
  text.replace(begin, text.size() - begin - end, bytes + at, between);
  return at + between;
}

bool check_shared_ends(std::span<const char> bytes, std::size_t& at, std::size_t& length) {
  std::size_t begin = 0, end = 0, between = 0;
  if (!take_checked(bytes, at, begin) || !take_checked(bytes, at, end) || !take_checked(bytes, at, between))
    return false;
  if (begin > length || end > length - begin || between > bytes.size() - at) return false;
  length = begin + end + between;
  at += between;
  return true;
}

}  // namespace cytoscale
