#include <algorithm>

#include "core/error.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::store {
namespace {

constexpr const char* damaged = "The file is damaged: run crop again";

}  // namespace

CropStore::CropStore(const std::filesystem::path& path) : path_(path) {
  read_structure();
  file_.emplace(path, "Leave it alone while training reads it; crop writes it anew");
  file_->expect_scattered_reads();  // cells are drawn at random
}

void CropStore::read_structure() {
  const hdf5::File file = open_checked(path_);
  const hdf5::Group& root = file.root();
  if (root.text_attribute("format", "") != "cytoscale crop store" ||
      root.integers_attribute("format_version") != std::vector<std::int64_t>{1}) {
    throw Error("this is not a crop store of this version", path_.string(),
                "Give the crops.h5 that crop made");
  }
  screen_fingerprint_ = root.text_attribute("screen_fingerprint");
  cells_fingerprint_ = root.text_attribute("cells_fingerprint");
  provenance_ = nlohmann::json::parse(root.text_attribute("provenance"), nullptr, false);
  channels_ = root.dataset("channels").read_texts();
  layout_ = root.dataset("layout").read_text();
  first_row_ = root.dataset("first_row").read_all<std::int64_t>();
  states_ = root.dataset("field_state").read_all<std::uint8_t>();
  const hdf5::Dataset pixels = root.dataset("pixels"), scaling = root.dataset("scaling");
  if (first_row_.size() != states_.size() + 1 || first_row_.front() != 0 ||
      !std::is_sorted(first_row_.begin(), first_row_.end())) {
    throw Error("the table of fields contradicts itself", path_.string(), damaged);
  }
  const auto rows = static_cast<std::uint64_t>(first_row_.back());
  const auto channels = static_cast<std::uint64_t>(channels_.size());
  const auto& shape = pixels.shape();
  bits_ = static_cast<int>(8 * pixels.element_bytes());
  if (shape.size() != 4 || shape != hdf5::Shape{rows, channels, shape[2], shape[2]} ||
      scaling.shape() != hdf5::Shape{rows, channels, 2} || scaling.element_bytes() != sizeof(float) ||
      scaling.kind() != hdf5::Kind::floating || pixels.kind() != hdf5::Kind::integer ||
      (bits_ != 8 && bits_ != 16)) {
    throw Error("the pixels do not fit the fields and channels", path_.string(), damaged);
  }
  check_finished(states_, path_.string(), "crop");
  window_px_ = static_cast<int>(shape[2]);
  if (rows == 0) return;
  pixels_at_ = pixels.file_offset();
  scaling_at_ = scaling.file_offset();
  const auto end =
      std::max(pixels_at_ + rows * window_bytes(), scaling_at_ + rows * channels * 2 * sizeof(float));
  if (std::filesystem::file_size(path_) < end) throw Error("the file is cut off", path_.string(), damaged);
}

std::size_t CropStore::window_bytes() const {
  return channels_.size() * static_cast<std::size_t>(window_px_) * static_cast<std::size_t>(window_px_) *
         static_cast<std::size_t>(bits_ / 8);
}

bool CropStore::field_failed(FieldId field) const {
  return states_.at(field) == static_cast<std::uint8_t>(FieldState::failed);
}

void CropStore::check_matches(const screen::Screen& screen, const CellTable& cells) const {
  const bool same_screen = screen_fingerprint_ == screen.fingerprint();
  if (same_screen && cells_fingerprint_ == cells_fingerprint(cells)) return;
  throw Error(same_screen ? "the crop store was made from another cell table"
                          : "the crop store was made from another screen",
              path_.string(), "Run crop again, or train from the images with --crops none");
}

void CropStore::read(CellId cell, std::span<std::byte> codes, std::span<float> scaling) const {
  if (cell < 0 || cell >= cells() || codes.size() != window_bytes() ||
      scaling.size() != 2 * channels_.size()) {
    throw Error("cell " + std::to_string(cell) + " of " + std::to_string(cells()) +
                    " is asked for, or room of another size given",
                path_.string(), "This is a defect: please report it");
  }
  const auto row = static_cast<std::uint64_t>(cell);
  file_->read(pixels_at_ + row * codes.size(), codes);
  file_->read(scaling_at_ + row * scaling.size_bytes(), std::as_writable_bytes(scaling));
}

}  // namespace cytoscale::store
