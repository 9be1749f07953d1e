// Writes the pixels around every cell of a screen into the crop store, decoding each image once.
#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "core/ids.hpp"
#include "image/crop/crop.hpp"
#include "image/crop/packed_field.hpp"
#include "image/segment/cell_labels.hpp"
#include "prepare/field_pass.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::prepare {

struct CropScreenOptions {
  int window_px = 0;
  int bits = 16;  // of a pixel, or 8
  image::CropNeighbors neighbors = image::CropNeighbors::keep;
  std::string masks = {};  // pattern of the label masks' names (FieldReader), for `blank`
  FieldPassOptions pass = {};
  bool overwrite = false;  // drop what a run with other options left unfinished
  void validate() const;   // throws Error
};

// "1,200 cells, windows of 128 px, 350 MiB": what the store will hold.
std::string crop_plan_text(const store::CellTable& cells, std::size_t channels,
                           const CropScreenOptions& options);

// Files: output is the store. Fields that cannot be read, errors, interrupted runs and stops: as
// FieldPass::run(). The same bytes for any number of ranks and threads. Collective: yes.
FieldPassResult crop_screen(const mpi::RunContext& context, const screen::Screen& screen,
                            const store::CellTable& cells, const CropScreenOptions& options,
                            const FieldFiles& files, const nlohmann::json& provenance);

// The windows of one field's cells. 16 bits: the field's own codes. 8 bits: codes of the range within each
// window, which takes in 0 where the window leaves the field. `labels`: neighbors get the code of 0; empty:
// they are kept. Collective: no.
store::CellWindows cut_windows(const image::PackedField& image, const store::CellTable& cells, FieldId field,
                               int window_px, int bits, const image::CellLabels& labels = {});

}  // namespace cytoscale::prepare
