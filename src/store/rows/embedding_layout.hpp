// How embeddings.h5ad is laid out: shared by its writer and reader. Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "hdf5/file.hpp"
#include "screen/plan.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale::store {

// Where things are.
inline constexpr const char* embedding_group = "uns/cytoscale";
inline constexpr const char* embedding_format = "cytoscale embeddings 1";
// Of obs, obsm and var: an unfinished file of other columns is not continued.
inline constexpr int embedding_columns = 2;
inline constexpr const char* field_failed_column = "Field_Failed";

// Of all that decides the file's text, but provenance.
std::string text_fingerprint(const screen::Screen& screen, const EmbeddingLayout& layout);
// Tells a file that can be continued from one that must be replaced: all that decides its bytes.
std::string layout_fingerprint(const screen::Screen& screen, const CellTable& cells,
                               const EmbeddingLayout& layout);

// As text, of an embeddings file. Throws Error.
std::string provenance_text(const hdf5::File& file);

// Makes the file with everything but rows of /X and /obs.
void create_embedding_file(const std::filesystem::path& path, const screen::Screen& screen,
                           const CellTable& cells, const EmbeddingLayout& layout);

// Fills /obs for the cells of these fields.
void write_obs(hdf5::Group& root, const screen::Screen& screen, const CellTable& cells, screen::Block fields);

}  // namespace cytoscale::store
