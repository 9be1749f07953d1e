// What thresholds of segment's quality control would drop (--drop-blurred, --drop-saturated), from the
// quality of the fields in cells.h5.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "screen/screen.hpp"

namespace cytoscale::preflight {

// Of one channel. Focus scores are shares of their plate's median, over the fields that have cells.
struct ChannelQuality {
  std::string channel;
  double focus_low = 0, focus_high = 0;             // 5th and 95th percentile
  double saturated_median = 0, saturated_most = 0;  // share of a field's pixels
  std::vector<std::size_t> blurred, saturated;      // fields beyond each threshold below
};
inline constexpr double blurred_thresholds[] = {0.25, 0.5, 0.75};
inline constexpr double saturated_thresholds[] = {0.001, 0.01, 0.05};

struct ScreenQuality {
  std::size_t fields = 0;  // that were judged
  std::vector<ChannelQuality> channels;
};

// Of OUTPUT/cells.h5; nothing where it is not there, or of another screen. Throws Error: it is damaged.
// Collective: no.
std::optional<ScreenQuality> quality_of(const screen::Screen& screen, const std::filesystem::path& output);

// For people, and for machines (docs/file-format.md, "The plan of check").
std::string text_of(const ScreenQuality& quality);
nlohmann::ordered_json json_of(const ScreenQuality& quality);

}  // namespace cytoscale::preflight
