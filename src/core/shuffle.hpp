// Fisher and Yates' shuffle by our own random numbers: the same order with every standard library.
#pragma once
#include <cstddef>
#include <utility>
#include <vector>

#include "core/random.hpp"

namespace cytoscale {

template <typename T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}
template <typename T>
void shuffle(std::vector<T>& items, Random&& random) {
  shuffle(items, random);
}

}  // namespace cytoscale
