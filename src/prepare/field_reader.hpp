// Reads one field of a screen and judges it: decodable, finite, of the size it should have. Thread-safe.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/threads/task_queue.hpp"
#include "image/crop/crop.hpp"
#include "image/field_image.hpp"
#include "image/illumination.hpp"
#include "image/segment/cell_labels.hpp"
#include "prepare/field_sizes.hpp"
#include "screen/plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::prepare {

class FieldReader {
 public:
  // Fields have the size of their plate: one per plate, as plates_of(screen).
  FieldReader(const screen::Screen& screen, const std::vector<image::PictureSize>& plate_sizes);
  // Fields have the size in which their cells were found. `masks`: pattern of the names of the label masks in
  // which they were found (Screen::fill()), which are read beside the images; empty: none are.
  FieldReader(const screen::Screen& screen, const store::CellTable& cells, std::string masks = {});

  // Divided by the illumination function where one is given. Nothing where the claim was given up meanwhile
  // (core/threads/task_queue.hpp): then nothing may be touched. `labels`: where to put which pixels are of
  // which cell; nothing without masks. Throws Error naming the file.
  std::optional<image::FieldImage> read_corrected(FieldId field, const image::Illumination* gain,
                                                  Claim& claim, image::CellLabels* labels = nullptr) const;
  // The same, as the files hold it.
  std::optional<std::vector<image::RawPlane>> read_raw(FieldId field, Claim& claim,
                                                       image::CellLabels* labels = nullptr) const;
  // As it is, channel by channel (image/field_image.hpp): memory holds one of them. `use` is called before
  // the claim is kept: it may touch nothing but what the task owns. False where the claim was given up.
  bool read_planes(FieldId field, Claim& claim, const image::UsePlane& use) const;
  image::PictureSize size(FieldId field) const;
  std::size_t bytes(FieldId field) const;  // of a field as float32, with its labels

 private:
  // What the size of a field must be, and why.
  struct Wanted {
    std::string words, remedy;
    void check(const image::PictureSize& own, const image::PictureSize& size, const ImageFile& file) const;
  };
  // Of a field, if any; it owns what it needs.
  struct Mask {
    std::string path;
    image::LabelMask labels;
    void read();
  };
  Mask mask_of(FieldId field, const image::CellLabels* wanted) const;
  void find_cells(FieldId field, Mask mask, image::CellLabels* labels) const;

  const screen::Screen& screen_;
  const store::CellTable* cells_ = nullptr;
  std::string masks_;
  std::optional<screen::PlateIndex> plate_;  // and sizes of plates: without cells
  std::vector<image::PictureSize> sizes_;
  Wanted wanted_;
};

// The masks that a job must read; empty: none. Throws Error: neighbors are to be blanked out, and no masks
// are named that tell them apart.
std::string masks_to_read(image::CropNeighbors neighbors, const std::string& masks);

}  // namespace cytoscale::prepare
