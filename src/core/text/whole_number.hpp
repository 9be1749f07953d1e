// Whole numbers in text that others wrote. Collective: no.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

namespace cytoscale {

// As to_number() (text.hpp) reads it: "3", "3.0" and "3e2" are whole. Nothing where it is no number, not
// whole, or not in [low, high]: a number beyond them may not even be converted, which C++ leaves undefined.
// At most 2^53.
std::optional<std::int64_t> to_whole_number(std::string_view text, std::int64_t low, std::int64_t high);

}  // namespace cytoscale
