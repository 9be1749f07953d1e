// Which rank would do how much of a screen.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "preflight/image_headers.hpp"

namespace cytoscale::preflight {

struct Load {
  std::size_t plates = 0, fields = 0;
  double cells = 0, bytes = 0;  // bytes: of image files
};

struct RankPlan {
  std::size_t plates = 0, wells = 0;
  std::vector<std::string> channels;
  Load all;
  std::vector<Load> ranks;  // done first
  Load tail;                // taken by whoever is idle; no fields: there is none
};

// Per field: the cells of OUTPUT/cells.h5 where it is there and of this screen, else `expected` each.
struct FieldCounts {
  std::vector<double> cells;
  bool known = false;  // counted, not expected
};
FieldCounts cells_per_field(const screen::Screen& screen, const std::filesystem::path& output,
                            double expected);

// `cells`: per field. Throws Error: less than one rank. Collective: no.
RankPlan plan_ranks(const screen::Screen& screen, const ScreenHeaders& headers,
                    const std::vector<double>& cells, int ranks);

// For people: a line on the screen, then one for each rank.
std::string text_of(const RankPlan& plan);

}  // namespace cytoscale::preflight
