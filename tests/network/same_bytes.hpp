// Whether features are the same to the bit.
#pragma once
#include <cstring>
#include <span>

namespace cytoscale::network {

inline bool same_bytes(std::span<const float> a, std::span<const float> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

}  // namespace cytoscale::network
