// Features as DeepProfiler writes them, a .npz for each field: `features` [cells][features] float32,
// `metadata` (a dictionary of texts: the field's metadata and Metadata_Model) and `locations` [cells][2]
// float64, x and y in pixels (deepprofiler/profiling.py). Fields without cells, or that could not be read,
// have no file.
#pragma once
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/threads/worker_pool.hpp"
#include "exports/cell_source.hpp"

namespace cytoscale::exports {

struct SiteFiles {
  std::string model;  // Metadata_Model: pycytominer puts it before the numbers of features
  bool compressed = true;
  std::function<std::filesystem::path(std::size_t field)> path_of;
};
// Each file is atomic. Returns the fields that have one. Throws Error.
std::vector<std::size_t> write_site_files(const CellSource& cells, const SiteFiles& files,
                                          WorkerPool& threads);

// A value of the metadata as a folder's or file's name. Throws Error where it cannot be one: empty, with a
// slash, all dots.
std::string path_part(const std::string& value, const std::string& column);
// What the network is called: its name and the first digits of its weights' fingerprint, resnet18_1a2b3c4.
std::string model_name(const store::EmbeddingReader& reader);

// FOLDER/features/PLATE/WELL/SITE.npz, FOLDER/index.csv (a row for each of them, as DeepProfiler's metadata)
// and FOLDER/features.csv (the name and layer of each feature, in order).
void write_deepprofiler(const std::filesystem::path& folder, const CellSource& cells, SiteFiles files,
                        WorkerPool& threads);

}  // namespace cytoscale::exports
