// What a localization is held against: masks of the same size, or boxes around objects. Pure, but for
// reading.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "localize/regions.hpp"
#include "screen/screen.hpp"

namespace cytoscale::localize {

// Pixels in both of the pixels in either (Jaccard); 1 where there are none.
double intersection_over_union(std::span<const std::int32_t> labels, std::span<const std::uint8_t> truth);

struct TruthBox {
  double top = 0, left = 0, bottom = 0, right = 0;  // px, pixel centers at integers
  bool target = false;                              // to be found; else not
};

// Sailem et al. 2017 §4.2: an object is taken as found when regions cover at least 90 % of its box.
struct BoxScore {
  std::size_t true_positives = 0, false_negatives = 0, false_positives = 0,
              true_negatives = 0;  // targets; others
};
BoxScore score_boxes(const Regions& regions, const std::vector<TruthBox>& boxes);

// By field: a table with columns Metadata_Plate, Metadata_Well, Metadata_Site, box_top, box_left, box_bottom,
// box_right, a row an object; targets are those of COLUMN=VALUE. Throws Error: a column is missing, a box
// that is no numbers.
std::map<std::size_t, std::vector<TruthBox>> read_boxes(const std::filesystem::path& csv,
                                                        const std::string& target,
                                                        const screen::Screen& screen);

}  // namespace cytoscale::localize
