#include "core/text/whole_number.hpp"

#include <algorithm>
#include <cmath>

#include "core/text/text.hpp"

namespace cytoscale {

std::optional<std::int64_t> to_whole_number(std::string_view text, std::int64_t low, std::int64_t high) {
  constexpr std::int64_t exact = std::int64_t{1} << 53;
  const auto number = to_number(text);
  const auto least = static_cast<double>(std::max(low, -exact)),
             most = static_cast<double>(std::min(high, exact));
  // Written so that NaN is refused as well.
  if (!number || !(*number >= least && *number <= most) || *number != std::floor(*number))
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace cytoscale
