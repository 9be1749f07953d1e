// The pieces that .h5ad files are made of (anndata documentation, "On-disk format", 0.8 and later), shared by
// profiles and embeddings. Each object carries its encoding-type and encoding-version. Collective: no.
#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "hdf5/file.hpp"

namespace cytoscale::store {

// "array", "0.2.0" and the like.
void mark_encoding(hdf5::Object& object, const std::string& type, const std::string& version);
std::string encoding_of(const hdf5::Object& object);  // "" where there is none

// Names become HDF5 links: throws Error for an empty one or one with a slash.
const std::string& checked_name(const std::string& name, const std::string& where);

void write_text_array(hdf5::Group& group, const std::string& name, const std::vector<std::string>& texts);

// Text in few different values: codes into sorted categories; -1 for a missing value ("").
struct Categorical {
  std::vector<std::string> categories;  // natural order, no two alike
  std::vector<std::int32_t> codes;
};
Categorical categorize(const TextColumn& texts);
// The smallest of int8, int16, int32 that holds the codes.
hdf5::Number code_type(std::size_t categories);
// Creates the group and writes the categories; the codes dataset ([count], not yet written) is "codes".
hdf5::Group create_categorical(hdf5::Group& group, const std::string& name,
                               const std::vector<std::string>& categories, std::uint64_t count);
// A column of numbers, not yet written: int64 where all are whole, else float64.
hdf5::Dataset create_numbers(hdf5::Group& frame, const std::string& name, bool whole, std::uint64_t count);

// A column of a data frame as text; "" where a value is missing.
struct Column {
  TextColumn texts;
  bool numeric = false;
};
Column read_column(const hdf5::Group& frame, const std::string& name);

// Data frames: an index and columns.
struct Frame {
  Table table;
  std::vector<std::string> index;
  std::vector<std::string> numeric_columns;
};
hdf5::Group create_frame(hdf5::Group& group, const std::string& name,
                         const std::vector<std::string>& columns);
void write_frame(hdf5::Group& group, const std::string& name, const Table& table,
                 const std::vector<std::string>& index, const std::vector<std::string>& numeric_columns);
Frame read_frame(const hdf5::Group& group, const std::string& name);

// Unstructured data. Arrays of mixed kinds are stored as their JSON text; null is left out.
void write_uns(hdf5::Group& group, const std::string& name, const nlohmann::json& value);
nlohmann::json read_uns(const hdf5::Group& group, const std::string& name);

// The root group's marks and the groups that every AnnData has.
void begin_anndata(hdf5::Group& root);
// Throws Error when the file is not AnnData of the 0.8 layout or later.
void check_anndata(const hdf5::Group& root, const std::string& where);

}  // namespace cytoscale::store
