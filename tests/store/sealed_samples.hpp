// One file of each kind that is sealed, small, and damage to them. Collective: yes, where a communicator is
// given.
#pragma once
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "core/system/files.hpp"
#include "embedding_support.hpp"
#include "hdf5/extents.hpp"
#include "hdf5/file.hpp"
#include "store/anndata/anndata.hpp"
#include "store/illumination_file.hpp"
#include "store/rows/crop_store.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::store {

inline const nlohmann::json sample_provenance = {{"job", "test"}};

inline AnnData sample_profiles() {
  AnnData data;
  data.rows = 2;
  data.vars = 3;
  data.x = {1, 2, 3, 4, 5, 6};
  data.obs = {{"Metadata_Well"}, {{"A01"}, {"A02"}}};
  data.var_names = {"f_0", "f_1", "f_2"};
  data.uns = {{"cytoscale", sample_provenance}};
  return data;
}

inline void write_sample_embeddings(const mpi::Communicator& comm, const std::filesystem::path& path,
                                    const EmbeddingLayout& layout = small_layout(), bool finish = true,
                                    float area = 0) {
  const auto screen = small_screen(2, 3, 2);
  auto cells = table_of(screen);
  auto areas = cells.area_px.all();
  areas[0] += area;
  cells.area_px = areas;
  EmbeddingWriter writer(comm, path, screen, cells, layout);
  const auto last = finish ? screen.fields.size() : screen.fields.size() / 2;
  for (FieldId f; f < last; ++f)
    if (static_cast<int>(f) % comm.size() == comm.rank() && !writer.done(f))
      write_field(writer, cells, f, failed_field);
  writer.checkpoint();
  if (finish) writer.close();
}

inline void write_sample_crops(const mpi::Communicator& comm, const std::filesystem::path& path, int bits) {
  const auto screen = small_screen(2, 3, 2);
  const auto cells = table_of(screen);
  CropStoreWriter writer(comm, path, screen, cells, {4, bits, sample_provenance});
  for (FieldId f; f < screen.fields.size(); ++f) {
    if (static_cast<int>(f) % comm.size() != comm.rank() || writer.done(f)) continue;
    const auto count = static_cast<std::size_t>(cells.cells_of(f));
    CellWindows windows;
    for (std::size_t i = 0; i < count * 2 * 16; ++i) {
      if (bits == 8) windows.codes8.push_back(static_cast<std::uint8_t>(f + i));
      if (bits == 16) windows.codes16.push_back(static_cast<std::uint16_t>(500 * f + i));
    }
    windows.scaling.assign(count * 4, 0.5f);
    f == failed_field ? writer.write_failed(f) : writer.write(f, windows);
  }
  writer.close();
}

inline void write_sample_cells(const mpi::Communicator& comm, const std::filesystem::path& path) {
  const auto screen = small_screen(2, 3, 2);
  std::vector<FieldCells> mine;
  for (FieldId f; f < screen.fields.size(); ++f)
    if (static_cast<int>(f) % comm.size() == comm.rank()) mine.push_back(cells_of_field(screen, f));
  write_cell_table(comm, path, screen, std::move(mine), sample_provenance);
}

inline void write_sample_illumination(const std::filesystem::path& path) {
  IlluminationWriter writer(path, small_screen(2, 1, 1), sample_provenance);
  for (const auto* plate : {"P1", "P2"}) writer.add(plate, {2, 20, 21, std::vector<float>(12, 1.5f), 10});
  writer.commit();
}

inline void write_sample_tensors(const std::filesystem::path& path) {
  SafeTensors file;
  file.tensors["w"] = {"F32", {2, 3}, std::vector<std::byte>(24, std::byte{7})};
  file.tensors["n"] = {"I64", {}, std::vector<std::byte>(8)};
  file.metadata = {{"provenance", sample_provenance.dump()}, {"format", "test"}};
  write_safetensors(path, file);
}

// All of them, written by all ranks into the folder.
inline std::vector<std::filesystem::path> write_samples(const mpi::Communicator& comm,
                                                        const std::filesystem::path& folder) {
  auto half = small_layout();
  half.float16 = true;
  write_sample_embeddings(comm, folder / "embeddings.h5ad");
  write_sample_embeddings(comm, folder / "half.h5ad", half);
  write_sample_crops(comm, folder / "crops.h5", 16);
  write_sample_crops(comm, folder / "crops8.h5", 8);
  write_sample_cells(comm, folder / "cells.h5");
  if (comm.root()) {
    write_anndata(folder / "profiles.h5ad", sample_profiles(), true);
    write_sample_illumination(folder / "illumination.h5");
    write_sample_tensors(folder / "model.safetensors");
  }
  comm.barrier();
  std::vector<std::filesystem::path> files;
  for (const auto* name : {"embeddings.h5ad", "half.h5ad", "crops.h5", "crops8.h5", "cells.h5",
                           "profiles.h5ad", "illumination.h5", "model.safetensors"})
    files.push_back(folder / name);
  return files;
}

// Without syncing it: tests write thousands.
inline void write_plainly(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Beside the file, one bit of it turned.
inline std::filesystem::path flipped(const std::filesystem::path& path, std::uint64_t at, int bit = 0) {
  auto bytes = read_file(path);
  bytes[at] = static_cast<char>(bytes[at] ^ (1 << bit));
  const auto copy = path.parent_path() / ("flipped_" + path.filename().string());
  write_plainly(copy, bytes);
  return copy;
}

inline hdf5::Extent extent_of(const std::filesystem::path& path, const std::string& name) {
  for (const auto& extent : hdf5::extents_of(path).datasets)
    if (extent.name == name) return extent;
  throw Error("no such dataset", name);
}

}  // namespace cytoscale::store
