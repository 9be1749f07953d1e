#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/error.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::store {
namespace {

constexpr const char* damaged = "The file is damaged: run crop again";

}  // namespace

CropStore::CropStore(const std::filesystem::path& path) : path_(path) {
  read_structure();
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) {
    throw Error(std::string("cannot be opened (") + std::strerror(errno) + ")", path.string(),
                "Check its permissions");
  }
  // Cells are drawn at random: reading ahead would read what nobody asks for. A hint only.
  ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_RANDOM);
}

CropStore::~CropStore() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

CropStore::CropStore(CropStore&& other) noexcept
    : path_(std::move(other.path_)),
      layout_(std::move(other.layout_)),
      screen_fingerprint_(std::move(other.screen_fingerprint_)),
      cells_fingerprint_(std::move(other.cells_fingerprint_)),
      channels_(std::move(other.channels_)),
      first_row_(std::move(other.first_row_)),
      states_(std::move(other.states_)),
      provenance_(std::move(other.provenance_)),
      window_px_(other.window_px_),
      bits_(other.bits_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      pixels_at_(other.pixels_at_),
      scaling_at_(other.scaling_at_) {}

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
  read_at(pixels_at_ + row * codes.size(), codes.data(), codes.size());
  read_at(scaling_at_ + row * scaling.size_bytes(), scaling.data(), scaling.size_bytes());
}

void CropStore::read_at(std::uint64_t offset, void* to, std::size_t bytes) const {
  auto* at = static_cast<std::byte*>(to);
  while (bytes > 0) {
    const auto got = ::pread(descriptor_, at, bytes, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw Error(std::string("reading failed (") + std::strerror(errno) + ")", path_.string(),
                  "Check the disk; crop writes the store anew");
    }
    if (got == 0) {
      throw Error("the file ended before its time: it was cut while in use", path_.string(),
                  "Leave it alone while training reads it; run crop again");
    }
    at += got;
    offset += static_cast<std::uint64_t>(got);
    bytes -= static_cast<std::size_t>(got);
  }
}

}  // namespace cytoscale::store
