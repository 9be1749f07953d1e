#include "core/fingerprint.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <fstream>
#include <vector>

#include "core/error.hpp"

namespace cytoscale {

struct Fingerprint::State {
  XXH3_state_t* state = XXH3_createState();
  State() { XXH3_128bits_reset(state); }
  ~State() { XXH3_freeState(state); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Fingerprint::Fingerprint() : state_(std::make_unique<State>()) {}
Fingerprint::~Fingerprint() = default;
Fingerprint::Fingerprint(Fingerprint&&) noexcept = default;
Fingerprint& Fingerprint::operator=(Fingerprint&&) noexcept = default;

Fingerprint& Fingerprint::add_raw(const void* bytes, std::size_t count) {
  if (count > 0) XXH3_128bits_update(state_->state, bytes, count);
  return *this;
}

Fingerprint& Fingerprint::add(std::string_view bytes) {
  add(static_cast<std::uint64_t>(bytes.size()));
  return add_raw(bytes.data(), bytes.size());
}

Fingerprint& Fingerprint::add(std::uint64_t value) {
  char bytes[8];  // least significant first, on any machine
  for (int i = 0; i < 8; ++i) bytes[i] = static_cast<char>(value >> (8 * i));
  return add_raw(bytes, sizeof bytes);
}

std::string Fingerprint::text() const {
  const auto hash = XXH3_128bits_digest(state_->state);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::uint64_t Fingerprint::number() const {
  return XXH3_128bits_digest(state_->state).low64;
}

std::uint64_t checksum(const void* bytes, std::size_t count) {
  return XXH3_64bits(bytes, count);
}

std::string fingerprint_of_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw Error("cannot be opened", path.string(), "Check the path and its permissions");
  Fingerprint fingerprint;
  std::vector<char> buffer(1 << 20);
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0) {
    fingerprint.add_raw(buffer.data(), static_cast<std::size_t>(in.gcount()));
  }
  if (in.bad()) throw Error("reading failed", path.string(), "Check the disk or the network file system");
  return fingerprint.text();
}

}  // namespace cytoscale
