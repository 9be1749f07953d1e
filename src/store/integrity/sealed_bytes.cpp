#include "store/integrity/sealed_bytes.hpp"

#include <algorithm>

#include "core/fingerprint.hpp"

namespace cytoscale::store {

std::uint64_t SealedBytes::block_sum(const SealedPart& part, std::uint64_t block) {
  const auto first = block * seal_block_bytes;
  block_.resize(std::min(seal_block_bytes, part.bytes - first));
  read(part.at + first, block_);
  return Fingerprint().add_raw(block_.data(), block_.size()).number();
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
