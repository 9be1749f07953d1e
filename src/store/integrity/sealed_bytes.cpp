#include "store/integrity/sealed_bytes.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"

namespace cytoscale::store {

SealedBytes::SealedBytes(const std::filesystem::path& path) : path_(path), in_(path, std::ios::binary) {
  if (!in_) throw Error("cannot be opened", path.string(), "Check the path and its permissions");
}

std::vector<std::byte> SealedBytes::read(std::uint64_t at, std::uint64_t count) {
  std::vector<std::byte> bytes(count);
  in_.seekg(static_cast<std::streamoff>(at));
  if (!in_.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(count)))
    throw Error("reading " + std::to_string(count) + " bytes at " + std::to_string(at) + " failed",
                path_.string(), "Check the disk; was the file cut while in use?");
  return bytes;
}

std::uint64_t SealedBytes::block_sum(const SealedPart& part, std::uint64_t block) {
  const auto first = block * seal_block_bytes;
  const auto bytes = read(part.at + first, std::min(seal_block_bytes, part.bytes - first));
  return Fingerprint().add_raw(bytes.data(), bytes.size()).number();
}

void each_block(const Seal& seal, const Share& share,
                const std::function<void(std::size_t part, std::uint64_t block)>& use) {
  std::uint64_t number = 0;
  for (std::size_t p = 0; p < seal.parts.size(); ++p)
    for (std::uint64_t block = 0; block < seal.parts[p].blocks(); ++block)
      if (number++ % static_cast<std::uint64_t>(share.of) == static_cast<std::uint64_t>(share.rank))
        use(p, block);
}

}  // namespace cytoscale::store
