#include <limits>

#include "core/error.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"
#include "store/rows/embedding_layout.hpp"

namespace cytoscale::store {

EmbeddingWriter::EmbeddingWriter(const mpi::Communicator& comm, const std::filesystem::path& path,
                                 const screen::Screen& screen, const CellTable& cells,
                                 const EmbeddingLayout& layout)
    : ResumableFieldFile(comm, path, cells,
                         {embedding_group,
                          layout_fingerprint(screen, cells, layout),
                          text_fingerprint(screen, layout),
                          {"X"},
                          layout.provenance,
                          [](const hdf5::File& part) { return provenance_text(part); },
                          layout.overwrite,
                          [&](const auto& fresh) { create_embedding_file(fresh, screen, cells, layout); },
                          [&](hdf5::Group& root) {
                            write_obs(root, screen, cells,
                                      screen::block_of(cells.fields(), comm.rank(), comm.size()));
                          }}),
      features_(layout.feature_names.size()),
      float16_(layout.float16) {
  mpi::together(comm, [&] {
    x_ = root().dataset("X");
    failed_rows_ = root().dataset(std::string("obs/") + field_failed_column);
  });
}

void EmbeddingWriter::write_rows(FieldId field, std::span<const float> values, FieldState state) {
  const auto first = static_cast<std::uint64_t>(cells().first_cell[field]);
  const auto count = static_cast<std::uint64_t>(cells().cells_of(field));
  if (values.size() != count * features_) {
    throw Error(
        "features of " + std::to_string(values.size() / features_) + " cells for " + std::to_string(count),
        where(field), "This is a defect: please report it");
  }
  if (float16_) {
    std::vector<hdf5::Half> halves(values.size());
    hdf5::to_half(values, halves);
    x_.write<hdf5::Half>(first, count, halves);
    note(field, state, {std::as_bytes(std::span(halves))});
  } else {
    x_.write<float>(first, count, values);
    note(field, state, {std::as_bytes(values)});
  }
}

void EmbeddingWriter::write_failed_flag(FieldId field, std::uint8_t value) {
  const auto count = static_cast<std::uint64_t>(cells().cells_of(field));
  failed_rows_.write<std::uint8_t>(static_cast<std::uint64_t>(cells().first_cell[field]), count,
                                   std::vector<std::uint8_t>(count, value));
}

void EmbeddingWriter::write(FieldId field, std::span<const float> features) {
  // A run before this one could not read the field; now it can.
  if (failed_before(field)) write_failed_flag(field, 0);
  write_rows(field, features, FieldState::done);
}

void EmbeddingWriter::write_failed(FieldId field) {
  const auto values = static_cast<std::size_t>(cells().cells_of(field)) * features_;
  write_failed_flag(field, 1);
  write_rows(field, std::vector<float>(values, std::numeric_limits<float>::quiet_NaN()), FieldState::failed);
}

void EmbeddingWriter::release() {
  x_ = hdf5::Dataset();
  failed_rows_ = hdf5::Dataset();
}

}  // namespace cytoscale::store
