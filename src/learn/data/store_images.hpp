// Training crops out of a crop store on disk.
#pragma once
#include <vector>

#include "learn/data/cell_images.hpp"
#include "learn/run/train_options.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::learn {

class StoreImages final : public CellImages {
 public:
  // The cell table is that of the store (CropStore::check_matches()); both must outlive this.
  StoreImages(const store::CropStore& store, const store::CellTable& cells) : store_(store), cells_(cells) {}
  void cut(const TrainingCell& cell, const Warp& warp, image::PictureSize size,
           std::span<float> out) const override;
  int bits() const override { return store_.bits(); }
  int window_px(int) const override { return store_.window_px(); }
  image::WindowPlace window(const TrainingCell& cell, int side, std::span<std::byte> codes,
                            std::span<float> scaling) const override;

 private:
  const store::CropStore& store_;
  const store::CellTable& cells_;
};

// Throws Error unless crops of this size can be cut from the store, and it was made with the illumination
// that is at hand (empty: none is). Collective: no.
void check_store_fits(const store::CropStore& store, const TrainOptions& options,
                      const std::filesystem::path& illumination);
// Whether training gets the same crops, bit for bit, as from the fields.
bool is_exact(const store::CropStore& store, const TrainOptions& options);

}  // namespace cytoscale::learn
