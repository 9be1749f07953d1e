// The seal: checksums of every byte of an HDF5 file of ours, appended behind the end of what HDF5 has in it,
// where HDF5 does not look. Who changes the file with another program loses the seal: HDF5 cuts it off.
//
//   JSON text | 8 bytes: its length | 8 bytes: its XXH3-64 | "CYTOSEAL"    (numbers little-endian)
//
// The file is cut into parts without holes: datasets of numbers by name, and what lies between them (HDF5's
// structure, attributes, datasets of text). A part has a checksum for each block of 1 MiB. Rows that were
// written field by field have a checksum for each field instead, in the dataset `field_sums`, [fields]
// uint64: of the field's rows in each of the columns, one column after another; 0 for a field without rows.
// Checksums are the low 64 bits of XXH3-128.
// Read without HDF5, so that a damaged file is known as such before HDF5 meets it. Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace cytoscale::store {

inline constexpr std::uint64_t seal_block_bytes = std::uint64_t{1} << 20;

struct SealedPart {
  std::string name;  // of the dataset, "/cells/y"; empty: what lies between datasets of numbers
  std::uint64_t at = 0, bytes = 0;
  bool by_field = false;            // a column of rows
  std::vector<std::uint64_t> sums;  // block by block; none by field
  std::uint64_t blocks() const { return by_field ? 0 : (bytes + seal_block_bytes - 1) / seal_block_bytes; }
};

struct SealedColumn {
  std::string name;
  std::string starts;  // the dataset of each field's first row, [fields + 1] int64; empty: a row a field
};

struct Seal {
  std::uint64_t bytes = 0;  // of the file before the seal
  std::vector<SealedPart> parts;
  std::vector<SealedColumn> columns;
  std::string field_sums;  // dataset
  std::string content;     // fingerprint of what the file holds, without its provenance; may be empty

  const SealedPart* find(const std::string& name) const;
};

// Nothing where the file ends without one. Throws Error: it cannot be read, the seal is damaged, or the file
// has another size than it says.
std::optional<Seal> read_seal(const std::filesystem::path& path);
// Cuts what lies behind seal.bytes and appends it. Throws Error: a full disk.
void append_seal(const std::filesystem::path& path, const Seal& seal);

// Of a field's rows, column after column.
std::uint64_t field_sum(std::span<const std::span<const std::byte>> columns);

}  // namespace cytoscale::store
