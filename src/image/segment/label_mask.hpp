// Cells of a label mask that another program wrote (Cellpose, StarDist, CellProfiler): TIFF or PNG, whole
// numbers of 8 to 64 bits (or floating-point numbers that are whole), 0 for the background and a number of
// its own for each cell, in any order and with gaps. The pixels of a number are one cell, also where they do
// not touch.
#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "image/segment/segment_nuclei.hpp"

namespace cytoscale::image {

struct LabelMask {
  int height = 0, width = 0;
  std::int32_t count = 0;            // of cells
  std::vector<std::int32_t> labels;  // [H][W]; 0 background, 1 … count in the order of their first pixels
};

// Throws Error: as read_raw(), values that are no labels, a mask of black and white in which nothing is told
// apart.
LabelMask read_label_mask(const std::filesystem::path& path);
// Throws Error: it is not of its field's size.
void check_mask_size(const LabelMask& mask, PictureSize field, const std::filesystem::path& path);

// The cells as segment_nuclei() measures its own, by y, then x. `dna` is of the mask's size.
Segmentation measure_labels(LabelMask mask, const Plane& dna);

}  // namespace cytoscale::image
