// Features of all cells of a screen, embeddings.h5ad: one HDF5 file that all ranks write and that is a valid
// AnnData.
//   /X    [cells][features] float32 or float16, rows in the cell table's order
//   /obs  the screen's Metadata_* columns (numbers where screen/number_columns.hpp says so, else
//         categorical), Nuclei_Location_Center_X/Y (px), Nuclei_AreaShape_Area (px),
//         Nuclei_AreaShape_Eccentricity, Nuclei_Intensity_MeanIntensity, Nuclei_Border (1: touches the edge),
//         Field_Failed (1: the field could not be read when features were taken: its rows of X are NaN); the
//         index is cell_name()
//   /obsm spatial: [cells][2] float32, x and y (px)
//   /var  index: feature names; layer
//   /uns/cytoscale  provenance (JSON text), first_row [fields + 1], field_state and field_sums [fields],
//         fields (a table, a row per field)
// Written as ResumableFieldFile tells (resumable_field_file.hpp): by all ranks, field by field; a killed run
// is continued.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "core/table/array.hpp"
#include "core/table/csv.hpp"
#include "mpi/communicator.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"
#include "store/rows/resumable_field_file.hpp"

namespace cytoscale::store {

// Of a cell, the same in every run over the same fields and cells: PLATE_WELL_sSITE_CELL, counted from 0 in
// its field.
std::string cell_name(const std::string& plate, const std::string& well, const std::string& site,
                      std::int64_t cell);

struct EmbeddingLayout {
  std::vector<std::string> feature_names;   // e.g. resnet18_conv4a_0
  std::vector<std::string> feature_layers;  // as many, e.g. conv4a
  bool float16 = false;
  nlohmann::json provenance;
  bool overwrite = false;  // drop what a run with other options left unfinished
};

class EmbeddingWriter final : public ResumableFieldFile {
 public:
  // Cells must outlive the writer. Throws the same Error on all ranks. Collective: yes.
  EmbeddingWriter(const mpi::Communicator& comm, const std::filesystem::path& path,
                  const screen::Screen& screen, const CellTable& cells, const EmbeddingLayout& layout);
  // All rows of one field: [cells of field][features]. Every field not done is written by exactly one rank.
  // Collective: no.
  void write(FieldId field, std::span<const float> features);
  // Its rows become NaN, Field_Failed 1.
  void write_failed(FieldId field) override;

 private:
  void write_rows(FieldId field, std::span<const float> features, FieldState state);
  void write_failed_flag(FieldId field, std::uint8_t value);
  void release() override;
  std::size_t features_;
  bool float16_;
  hdf5::Dataset x_, failed_rows_;
};

class EmbeddingReader {
 public:
  // Serial and read-only. Throws Error: missing, truncated, unfinished (.part), not ours. Collective: no.
  explicit EmbeddingReader(const std::filesystem::path& path);
  // The same for all ranks: rank 0 reads what is of fields, and each node holds it once; fields() are rank
  // 0's alone. Throws the same Error on all ranks. Collective: yes.
  EmbeddingReader(const mpi::Communicator& comm, const std::filesystem::path& path);
  ~EmbeddingReader();
  EmbeddingReader(EmbeddingReader&&) noexcept;
  EmbeddingReader& operator=(EmbeddingReader&&) noexcept;

  std::int64_t rows() const;
  std::size_t features() const;
  const std::vector<std::string>& feature_names() const;
  const std::vector<std::string>& feature_layers() const;
  const Table& fields() const;                      // Metadata_* columns, a row per field, in global order
  const Array<std::int64_t>& first_row() const;     // fields + 1
  const Array<std::uint8_t>& field_failed() const;  // 1: its rows are NaN, leave them out
  const nlohmann::json& provenance() const;
  // Rows [first, first + count) as float32, whatever is stored. Where they are read in place, any thread may
  // ask; elsewhere (another program wrote the file anew) HDF5 reads them, for one thread at a time.
  bool in_place() const;
  void read_rows(std::int64_t first, std::int64_t count, std::span<float> out) const;
  // A numeric column of obs for a range of rows, e.g. "Nuclei_AreaShape_Area".
  void read_column(const std::string& column, std::int64_t first, std::int64_t count,
                   std::span<float> out) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cytoscale::store
