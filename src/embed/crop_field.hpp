// From a field's files to its cells' crops, ready for an encoder. Thread-safe. Collective: no.
#pragma once
#include <cstddef>
#include <vector>

#include "image/crop/crop.hpp"
#include "image/illumination.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::embed {

struct CropSettings {
  image::PictureSize size = 128;
  image::Rescaling rescaling{};
};

// Reads the field, divides it by the illumination function (where one is given), cuts and rescales a crop per
// cell: [cells][C][h][w]. Throws Error: the field cannot be read, or is not of the size that its cells were
// found in.
std::vector<float> crop_field(const screen::Screen& screen, const store::CellTable& cells, std::size_t field,
                              const image::Illumination* gain, const CropSettings& settings);

// What crops of that many cells take in memory.
std::size_t crop_bytes(std::int64_t cells, std::size_t channels, image::PictureSize size);

}  // namespace cytoscale::embed
