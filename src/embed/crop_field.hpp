// From a field to its cells' crops, ready for an encoder. Thread-safe. Collective: no.
#pragma once
#include <cstddef>
#include <vector>

#include "core/ids.hpp"
#include "image/crop/crop.hpp"
#include "image/field_image.hpp"
#include "image/segment/cell_labels.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::embed {

struct CropSettings {
  image::PictureSize size = 128;
  image::Rescaling rescaling{};
};

// Cuts and rescales a crop for each cell of a field, which is corrected for illumination: [cells][C][h][w].
// `labels`: neighbors become 0 before crops are rescaled; empty: they are kept.
std::vector<float> crop_field(const image::FieldImage& image, const store::CellTable& cells, FieldId field,
                              const CropSettings& settings, const image::CellLabels& labels = {});

}  // namespace cytoscale::embed
