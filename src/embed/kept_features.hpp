// Features that an earlier run left, for where nothing but the metadata of the screen has changed since.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "mpi/communicator.hpp"
#include "store/cell_table.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::embed {

// The file, if what is to be written by `provenance` differs from it in metadata alone (fields, cells,
// illumination, network, options and version are the same) and it is as it was written (its seal). Else
// nothing. That the images are the same, the caller knows. The same on all ranks. Collective: yes.
std::optional<store::EmbeddingReader> kept_features(const mpi::Communicator& comm,
                                                    const std::filesystem::path& file,
                                                    const store::CellTable& cells,
                                                    const nlohmann::json& provenance);

}  // namespace cytoscale::embed
