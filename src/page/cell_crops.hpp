// Example cells of treatments, cut out of the crop store or, where there is none, out of the images.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "image/picture.hpp"
#include "page/results.hpp"

namespace cytoscale::page {

// Of the channels that a picture in colors shows: the nuclei blue, then yellow and magenta, in their order;
// one channel alone is white. `legend`: "DNA blue, Actin yellow".
struct ChannelColors {
  std::vector<std::size_t> channels;
  std::vector<image::Color> colors;
  std::string legend;
};
ChannelColors channel_colors(const std::vector<std::string>& channels, std::size_t nuclei);

struct CellStrips {
  int cells = 0, side = 0;  // cells of a strip, and the side of each in the picture, px
  int crop_px = 0;          // what that is in the images
  std::string legend;
  std::map<std::string, std::string> jpegs;  // by treatment
};

// Cells of one field of each treatment, drawn at random, one beside the other. One brightness per channel for
// all. Throws Error: neither crops nor images, metadata that does not tell the treatments.
CellStrips example_cells(const Results& results, const std::vector<std::string>& treatments,
                         std::uint64_t seed, int threads);

}  // namespace cytoscale::page
