// The fields of a training set in memory, corrected for illumination, 16 bits a pixel. Where label masks are
// beside them, crops show no neighbors: their pixels have the code of 0 before a crop is warped.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "core/ids.hpp"
#include "image/crop/packed_field.hpp"
#include "image/segment/cell_labels.hpp"
#include "learn/data/cell_images.hpp"
#include "mpi/run_context.hpp"
#include "prepare/field_pass.hpp"
#include "screen/failures.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::learn {

class FieldImages final : public CellImages {
 public:
  // `labels`: of its cells, of which the first is first_cell in the cell table; empty: neighbors are kept.
  void insert(FieldId field, image::PackedField image, image::CellLabels labels = {}, CellId first_cell = {});
  const image::PackedField& at(FieldId field) const { return images_.at(field); }
  bool contains(FieldId field) const { return images_.contains(field); }
  std::size_t size() const { return images_.size(); }
  const image::CellLabels& labels(FieldId field) const;  // empty: none
  bool without_neighbors() const { return !labels_.empty(); }
  void cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
           std::span<float> out) const override;
  int bits() const override { return 16; }
  image::WindowPlace window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                            std::span<float> scaling) const override;
  const std::map<std::size_t, image::PackedField>& fields() const { return images_; }

 private:
  struct Labels {
    image::CellLabels cells;
    CellId first_cell;
  };
  std::map<std::size_t, image::PackedField> images_;
  std::map<std::size_t, Labels> labels_;
};

struct FieldLoad {
  FieldImages images;
  std::vector<screen::FieldFailure> failures;  // sorted by field; the same on all ranks
};

// Each rank decodes its share and sends it to the others: a file is read once whatever the number of ranks,
// and all ranks hold all fields. `illumination` empty: no correction. `masks`: pattern of the label masks'
// names (prepare/field_reader.hpp) by which neighbors are left out; empty: they are kept. A field that cannot
// be read, or is not of the size that its cells were found in, is a failure; too many, or a stop, end it as
// FieldPass::run(). Throws the same Error on all ranks. Collective: yes.
FieldLoad load_fields(const mpi::RunContext& context, const screen::Screen& screen,
                      const store::CellTable& cells, const std::vector<FieldId>& fields,
                      const std::filesystem::path& illumination, const prepare::FieldPassOptions& options,
                      const std::string& masks = {});

// What load_fields() will take on each rank, from the fields' sizes in the cell table; labels: with those of
// masks. Throws Error above the limit.
double image_memory_bytes(const screen::Screen& screen, const store::CellTable& cells,
                          const std::vector<FieldId>& fields, bool labels = false);
void check_image_memory(double bytes, double limit_gib);

}  // namespace cytoscale::learn
