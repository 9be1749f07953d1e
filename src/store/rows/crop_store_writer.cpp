#include <algorithm>
#include <limits>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "store/rows/crop_store.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

// What decides the store but its numbers.
std::string content_of(const screen::Screen& screen, const CellTable& cells) {
  Fingerprint content;
  content.add(screen.fingerprint()).add(cells_fingerprint(cells));
  for (const auto& channel : screen.channels) content.add(channel);
  return content.text();
}

std::string fingerprint_of(const screen::Screen& screen, const CellTable& cells,
                           const CropStoreLayout& layout) {
  return Fingerprint()
      .add("cytoscale crop store 1")
      .add(screen.fingerprint())
      .add(cells_fingerprint(cells))
      .add(static_cast<std::uint64_t>(layout.window_px))
      .add(static_cast<std::uint64_t>(layout.bits))
      .add(layout.provenance.dump())
      .text();
}

void create(const fs::path& path, const screen::Screen& screen, const CellTable& cells,
            const CropStoreLayout& layout) {
  make_folder(path.parent_path());
  const auto rows = static_cast<std::uint64_t>(cells.cells());
  const auto side = static_cast<std::uint64_t>(layout.window_px), channels = screen.channels.size();
  check_room(path.parent_path(), crop_store_bytes(cells.cells(), channels, layout.window_px, layout.bits),
             "the crop store", "Make room, or choose a smaller --store-size or --crop-bits 8");
  hdf5::File file = hdf5::File::create(path);
  {
    hdf5::Group& root = file.root();
    root.set_attribute("format", "cytoscale crop store");
    root.set_attribute("format_version", std::int64_t{1});
    root.set_attribute("screen_fingerprint", screen.fingerprint());
    root.set_attribute("cells_fingerprint", cells_fingerprint(cells));
    root.set_attribute("provenance", layout.provenance.dump());
    root.store_texts("channels", screen.channels);
    root.store_text("layout", fingerprint_of(screen, cells, layout));
    root.store<std::int64_t>("first_row", {cells.first_cell.size()}, cells.first_cell);
    const auto states = initial_states(cells);
    root.store<std::uint8_t>("field_state", {states.size()}, states);
    root.store<std::uint64_t>("field_sums", {states.size()}, std::vector<std::uint64_t>(states.size()));
    root.create<float>("scaling", {rows, channels, 2});
    root.create("pixels", {rows, channels, side, side},
                layout.bits == 8 ? hdf5::Number::u8 : hdf5::Number::u16);
  }
  file.close();
}

}  // namespace

double crop_store_bytes(std::int64_t cells, std::size_t channels, int window_px, int bits) {
  return static_cast<double>(cells) * static_cast<double>(channels) *
         (static_cast<double>(window_px) * window_px * bits / 8 + 2 * sizeof(float));
}

CropStoreWriter::CropStoreWriter(const mpi::Communicator& comm, const fs::path& path,
                                 const screen::Screen& screen, const CellTable& cells,
                                 const CropStoreLayout& layout)
    : ResumableFieldFile(comm, path, cells,
                         {"",
                          fingerprint_of(screen, cells, layout),
                          content_of(screen, cells),
                          {"pixels", "scaling"},
                          layout.provenance,
                          [](const hdf5::File& part) { return part.root().text_attribute("provenance"); },
                          layout.overwrite,
                          [&](const fs::path& fresh) { create(fresh, screen, cells, layout); },
                          {}}),
      window_size_(screen.channels.size() * static_cast<std::size_t>(layout.window_px) *
                   static_cast<std::size_t>(layout.window_px)),
      channels_(screen.channels.size()),
      bits_(layout.bits) {
  mpi::together(comm, [&] {
    pixels_ = root().dataset("pixels");
    scaling_ = root().dataset("scaling");
  });
}

void CropStoreWriter::write_rows(FieldId field, const CellWindows& windows, FieldState state) {
  const auto first = static_cast<std::uint64_t>(cells().first_cell[field]);
  const auto count = static_cast<std::uint64_t>(cells().cells_of(field));
  const std::span<const std::uint8_t> codes8(windows.codes8);
  const std::span<const std::uint16_t> codes16(windows.codes16);
  const std::span<const float> scaling(windows.scaling);
  if ((bits_ == 8 ? codes8.size() : codes16.size()) != count * window_size_ ||
      scaling.size() != count * channels_ * 2) {
    throw Error("windows of another number of cells than the field's " + std::to_string(count), where(field),
                "This is a defect: please report it");
  }
  if (bits_ == 8) {
    pixels_.write<std::uint8_t>(first, count, codes8);
  } else {
    pixels_.write<std::uint16_t>(first, count, codes16);
  }
  scaling_.write<float>(first, count, scaling);
  note(field, state, {bits_ == 8 ? std::as_bytes(codes8) : std::as_bytes(codes16), std::as_bytes(scaling)});
}

void CropStoreWriter::write(FieldId field, const CellWindows& windows) {
  write_rows(field, windows, FieldState::done);
}

// Written too, though nobody reads it: the same bytes whatever lay on the disk before.
void CropStoreWriter::write_failed(FieldId field) {
  const auto count = static_cast<std::size_t>(cells().cells_of(field));
  CellWindows none;
  if (bits_ == 8) {
    none.codes8.resize(count * window_size_);
  } else {
    none.codes16.resize(count * window_size_);
  }
  none.scaling.assign(count * channels_ * 2, std::numeric_limits<float>::quiet_NaN());
  write_rows(field, none, FieldState::failed);
}

void CropStoreWriter::release() {
  pixels_ = hdf5::Dataset();
  scaling_ = hdf5::Dataset();
}

}  // namespace cytoscale::store
