// Features of all cells of a screen, embeddings.h5ad: one HDF5 file that all ranks write and that is a valid
// AnnData.
//   /X    [cells][features] float32 or float16, rows in the cell table's order
//   /obs  the screen's Metadata_* columns (categorical), Nuclei_Location_Center_X/Y (px),
//   Nuclei_AreaShape_Area (px),
//         Nuclei_AreaShape_Eccentricity, Nuclei_Intensity_MeanIntensity, Nuclei_Border (1: touches the edge),
//         Field_Failed (1: the field could not be read when features were taken: its rows of X are NaN); the
//         index is the cell's number
//   /var  index: feature names; layer
//   /uns/cytoscale  provenance (JSON text), first_row [fields + 1], field_state [fields], fields (a table, a
//   row
//         per field)
// A file is valid at every instant (architecture rule 9): root lays out "<path>.part", every rank fills its
// block of /obs, and only then rows of X are written, independently and touching no metadata. The ledger
// field_state marks a field (1 done, 2 failed) after its rows are synced to disk. close() syncs and renames.
// A .part that a killed run of the same layout and provenance left is continued, whatever the number of
// ranks; any other is replaced. One thread speaks HDF5.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/csv.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale {

struct EmbeddingLayout {
  std::vector<std::string> feature_names;   // e.g. resnet18_conv4a_0
  std::vector<std::string> feature_layers;  // as many, e.g. conv4a
  bool float16 = false;
  nlohmann::json provenance;
};

class EmbeddingWriter {
 public:
  // Screen and cells must outlive the writer. Throws the same Error on all ranks. Collective: yes.
  EmbeddingWriter(const Communicator& comm, const std::filesystem::path& path, const Screen& screen,
                  const CellTable& cells, const EmbeddingLayout& layout);
  // Without close() the .part stays, to be continued. Collective: yes (it closes a parallel file; errors are
  // swallowed).
  ~EmbeddingWriter();
  EmbeddingWriter(const EmbeddingWriter&) = delete;
  EmbeddingWriter& operator=(const EmbeddingWriter&) = delete;

  // Written by an earlier, interrupted run. Collective: no.
  bool done(std::size_t field) const;
  std::size_t fields_done_before() const;
  // All rows of one field: [cells of field][features]. Every field not done is written by exactly one rank.
  // Collective: no.
  void write(std::size_t field, std::span<const float> features);
  // A field that cannot be read: its rows become NaN, Field_Failed 1. Collective: no.
  void write_failed(std::size_t field);
  // Syncs what was written and marks it in the ledger. Called every few seconds, a killed run loses no more
  // than that. Collective: no.
  void checkpoint();
  // Cells in fields that any rank has marked so far, as this rank sees the file. Collective: no.
  std::int64_t cells_marked() const;
  // Throws Error (the same on all ranks) when a field was not written. Collective: yes.
  void close();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class EmbeddingReader {
 public:
  // Serial and read-only. Throws Error: missing, truncated, unfinished (.part), not ours. Collective: no.
  explicit EmbeddingReader(const std::filesystem::path& path);
  ~EmbeddingReader();
  EmbeddingReader(EmbeddingReader&&) noexcept;
  EmbeddingReader& operator=(EmbeddingReader&&) noexcept;

  std::int64_t rows() const;
  std::size_t features() const;
  const std::vector<std::string>& feature_names() const;
  const std::vector<std::string>& feature_layers() const;
  const Table& fields() const;                         // Metadata_* columns, a row per field, in global order
  const std::vector<std::int64_t>& first_row() const;  // fields + 1
  const std::vector<std::uint8_t>& field_failed() const;  // 1: its rows are NaN, leave them out
  const nlohmann::json& provenance() const;
  // Rows [first, first + count) as float32, whatever is stored.
  void read_rows(std::int64_t first, std::int64_t count, std::span<float> out) const;
  // A numeric column of obs for a range of rows, e.g. "Nuclei_AreaShape_Area".
  void read_column(const std::string& column, std::int64_t first, std::int64_t count,
                   std::span<float> out) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cytoscale
