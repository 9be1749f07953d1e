#include "core/fingerprint.hpp"

#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "core/error.hpp"

namespace cytoscale {
namespace {

std::uint64_t hash(std::uint64_t state, const char* bytes, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    state = (state ^ static_cast<unsigned char>(bytes[i])) * 0x100000001b3ull;
  return state;
}

}  // namespace

Fingerprint& Fingerprint::add(std::string_view bytes) {
  add(static_cast<std::uint64_t>(bytes.size()));
  state_ = hash(state_, bytes.data(), bytes.size());
  return *this;
}

Fingerprint& Fingerprint::add(std::uint64_t value) {
  char bytes[8];
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  state_ = hash(state_, bytes, sizeof bytes);
  return *this;
}

std::string Fingerprint::text() const {
  return fmt::format("{:016x}", state_);
}

std::string fingerprint_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("cannot be opened", path.string(), "Check the path and its permissions");
  Fingerprint fingerprint;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    fingerprint.add(std::string_view(buffer.data(), static_cast<std::size_t>(in.gcount())));
  }
  return fingerprint.text();
}

}  // namespace cytoscale
