// The crop store, crops.h5: the pixels around every cell of a screen, corrected for illumination, in one HDF5
// file that all ranks write and that many threads then read with plain positioned reads.
//   /pixels   [cells][C][S][S] uint16 or uint8 codes: the window of extract_crop() with side S; the code of 0
//             outside the field. Contiguous: cell i lies at one offset of the file.
//   /scaling  [cells][C][2] float32, offset and scale: value = offset + scale * code. NaN where the cell's
//             field could not be read.
//   /channels, /first_row [fields + 1], /field_state and /field_sums [fields], /layout; attributes format,
//   format_version,
//             screen_fingerprint, cells_fingerprint, provenance.
// 16-bit codes are those that training from fields in memory uses, of the whole field; 8-bit codes are of the
// range within each cell's window. Written as ResumableFieldFile tells (resumable_field_file.hpp).
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/system/random_access_file.hpp"
#include "store/rows/resumable_field_file.hpp"

namespace cytoscale::store {

struct CropStoreLayout {
  int window_px = 0;
  int bits = 16;  // or 8
  nlohmann::json provenance;
  bool overwrite = false;  // drop what a run with other options left unfinished
};

// The windows of one field's cells, as they are stored.
struct CellWindows {
  std::vector<std::uint16_t> codes16;  // [cells][C][S][S] where 16 bits are stored …
  std::vector<std::uint8_t> codes8;    // … or 8
  std::vector<float> scaling;          // [cells][C][2]
};

class CropStoreWriter final : public ResumableFieldFile {
 public:
  // Throws the same Error on all ranks: also when the disk has no room for all of it. Collective: yes.
  CropStoreWriter(const mpi::Communicator& comm, const std::filesystem::path& path,
                  const screen::Screen& screen, const CellTable& cells, const CropStoreLayout& layout);
  // All cells of one field. Every field not done is written by exactly one rank. Collective: no.
  void write(FieldId field, const CellWindows& windows);
  void write_failed(FieldId field) override;

 private:
  void write_rows(FieldId field, const CellWindows& windows, FieldState state);
  void release() override;
  std::size_t window_size_, channels_;
  int bits_;
  hdf5::Dataset pixels_, scaling_;
};

// Bytes that the rows of a store take.
double crop_store_bytes(std::int64_t cells, std::size_t channels, int window_px, int bits);

class CropStore {
 public:
  // Reads what describes the store, through HDF5; then pixels by descriptor alone. Throws Error: missing,
  // truncated, unfinished, not a crop store. Collective: no.
  explicit CropStore(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const std::string& layout() const { return layout_; }  // fingerprint of all that decides the bytes
  std::int64_t cells() const { return first_row_.back(); }
  std::size_t channels() const { return channels_.size(); }
  int window_px() const { return window_px_; }
  int bits() const { return bits_; }
  std::size_t window_bytes() const;  // of one cell
  const std::vector<std::int64_t>& first_row() const { return first_row_; }
  bool field_failed(FieldId field) const;
  const nlohmann::json& provenance() const { return provenance_; }
  // Throws Error unless the store was made from these cells of this screen.
  void check_matches(const screen::Screen& screen, const CellTable& cells) const;

  // One cell: codes of window_bytes(), scaling [C][2]. Any thread may ask. Throws Error naming the file: an
  // input error, or an end before its time.
  void read(CellId cell, std::span<std::byte> codes, std::span<float> scaling) const;

 private:
  void read_structure();

  std::filesystem::path path_;
  std::optional<RandomAccessFile> file_;
  std::string layout_, screen_fingerprint_, cells_fingerprint_;
  std::vector<std::string> channels_;
  std::vector<std::int64_t> first_row_;
  std::vector<std::uint8_t> states_;
  nlohmann::json provenance_;
  int window_px_ = 0, bits_ = 16;
  std::uint64_t pixels_at_ = 0, scaling_at_ = 0;  // offsets in the file
};

}  // namespace cytoscale::store
