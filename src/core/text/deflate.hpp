// Bytes made smaller, by libdeflate: members of gzip files (RFC 1952) and the deflated streams of zip files
// (RFC 1951). A gzip file may have several members, one after the other; every reader puts them together, so
// that threads can make them side by side.
#pragma once
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace cytoscale {

// A whole member, which holds no name and no time. Throws Error where memory is short.
std::string gzip_member(std::string_view text);

std::string deflated(std::span<const std::byte> bytes);
std::uint32_t crc32_of(std::span<const std::byte> bytes);  // as gzip and zip have it

}  // namespace cytoscale
