// Small AnnData in memory (profiles: rows × features of a well or treatment each), and its .h5ad file in the
// on-disk format of anndata 0.8 and later (anndata documentation, "On-disk format"). Embeddings of cells are
// in store/rows/embedding_file.hpp. Collective: no.
#pragma once
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::store {

// Numbers beside X, for each row: of obsm.
struct RowArray {
  std::string name;
  std::size_t columns = 0;
  std::vector<double> values;  // rows × columns, row-major
};

struct AnnData {
  std::vector<double> x;  // rows × vars, row-major
  std::size_t rows = 0, vars = 0;
  Table obs;                           // one row per row of x; text ("" is a missing value)
  std::vector<std::string> obs_names;  // as many as rows; empty: "0", "1", …
  std::vector<std::string> var_names;  // as many as vars
  Table var;                           // one row per column of x; may have no columns
  std::vector<std::string>
      numeric_columns;         // columns of obs and var that hold numbers in the file (others: categorical)
  std::vector<RowArray> obsm;  // written; not read
  nlohmann::json uns = nlohmann::json::object();  // text, numbers, booleans, arrays of one of them, objects
};

// X dense of any number type, or sparse (CSR, CSC: made dense). Columns: text, categorical, numbers, booleans
// ("True"/"False"), nullable ones. Of `uns` what does not fit json is left out; layers, obsm, … are ignored.
// Throws Error: missing, truncated, not AnnData, an older layout (with the remedy), columns that disagree.
AnnData read_anndata(const std::filesystem::path& path);

// Atomic. X float64 or float32; text columns categorical, numeric_columns int64 where all are whole, else
// float64.
void write_anndata(const std::filesystem::path& path, const AnnData& data, bool float64);
// With an X that lies elsewhere: that of a large screen need not stand in memory twice.
void write_anndata(const std::filesystem::path& path, const AnnData& data, std::span<const double> x,
                   bool float64);

}  // namespace cytoscale::store
