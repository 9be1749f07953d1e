#include "store/anndata/anndata.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "store/anndata/anndata_element.hpp"
#include "store/integrity/seal_file.hpp"
#include "store/integrity/sealed_file.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

// Compressed rows (CSR) or columns (CSC) made dense.
std::vector<double> read_sparse(const hdf5::Group& group, bool by_rows, std::size_t rows, std::size_t vars) {
  const auto shape = group.integers_attribute("shape");
  if (shape != std::vector<std::int64_t>{static_cast<std::int64_t>(rows), static_cast<std::int64_t>(vars)}) {
    throw Error("the sparse matrix does not fit obs and var", group.where(), "The file is damaged");
  }
  const auto data = group.dataset("data").read_all<double>();
  const auto indices = group.dataset("indices").read_all<std::int64_t>();
  const auto starts = group.dataset("indptr").read_all<std::int64_t>();
  const std::size_t outer = by_rows ? rows : vars, inner = by_rows ? vars : rows;
  if (starts.size() != outer + 1 || indices.size() != data.size() || starts.front() != 0 ||
      starts.back() != static_cast<std::int64_t>(data.size()) ||
      !std::is_sorted(starts.begin(), starts.end())) {
    throw Error("the sparse matrix contradicts itself", group.where(), "The file is damaged");
  }
  // Made dense: a few values may not ask for all memory.
  constexpr double most_per_value = 10'000, most_without_values = 1 << 24;
  const double elements = static_cast<double>(rows) * static_cast<double>(vars);
  if (elements > most_without_values + most_per_value * static_cast<double>(data.size()))
    throw Error("the sparse matrix of " + std::to_string(rows) + " x " + std::to_string(vars) +
                    " holds only " + std::to_string(data.size()) + " values",
                group.where(), "Profiles are dense: give those");
  std::vector<double> dense(rows * vars, 0.0);
  for (std::size_t o = 0; o < outer; ++o) {
    for (auto k = static_cast<std::size_t>(starts[o]); k < static_cast<std::size_t>(starts[o + 1]); ++k) {
      if (indices[k] < 0 || indices[k] >= static_cast<std::int64_t>(inner)) {
        throw Error("an index beyond the sparse matrix", group.where(), "The file is damaged");
      }
      const auto i = static_cast<std::size_t>(indices[k]);
      dense[by_rows ? o * vars + i : i * vars + o] += data[k];
    }
  }
  return dense;
}

std::vector<double> read_x(const hdf5::Group& root, std::size_t rows, std::size_t vars) {
  if (root.is_group("X")) {
    const hdf5::Group group = root.group("X");
    const std::string encoding = encoding_of(group);
    if (encoding == "csr_matrix" || encoding == "csc_matrix") {
      return read_sparse(group, encoding == "csr_matrix", rows, vars);
    }
    throw Error("X is of encoding \"" + encoding + "\"", group.where(), "Store it as a dense array");
  }
  const hdf5::Dataset x = root.dataset("X");
  if (x.shape() != hdf5::Shape{rows, vars}) {
    throw Error(
        "X does not fit obs (" + std::to_string(rows) + " rows) and var (" + std::to_string(vars) + ")",
        x.where(), "The file is damaged");
  }
  return x.read_all<double>();
}

std::vector<std::string> names_of(const AnnData& data) {
  std::vector<std::string> names = data.obs_names;
  for (std::size_t i = names.size(); i < data.rows; ++i) names.push_back(std::to_string(i));
  return names;
}

void check(const AnnData& data, std::span<const double> values, const fs::path& path) {
  const bool fits = values.size() == data.rows * data.vars && data.var_names.size() == data.vars &&
                    (data.obs_names.empty() || data.obs_names.size() == data.rows) &&
                    (data.obs.columns.empty() || data.obs.rows.size() == data.rows) &&
                    (data.var.columns.empty() || data.var.rows.size() == data.vars) &&
                    (data.uns.is_object() || data.uns.is_null());
  const bool placed = std::all_of(data.obsm.begin(), data.obsm.end(), [&](const RowArray& array) {
    return array.columns > 0 && array.values.size() == data.rows * array.columns;
  });
  if (!fits || !placed)
    throw Error("the parts of the AnnData differ in size", path.string(),
                "This is a defect: please report it");
}

}  // namespace

AnnData read_anndata(const fs::path& path) {
  SealedFile(path).check();
  const hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read);
  const hdf5::Group& root = file.root();
  check_anndata(root, path.string());
  Frame obs = read_frame(root, "obs"), var = read_frame(root, "var");
  AnnData data;
  data.rows = obs.index.size();
  data.vars = var.index.size();
  data.x = read_x(root, data.rows, data.vars);
  data.obs = std::move(obs.table);
  data.obs_names = std::move(obs.index);
  data.var = std::move(var.table);
  data.var_names = std::move(var.index);
  data.numeric_columns = std::move(obs.numeric_columns);
  data.numeric_columns.insert(data.numeric_columns.end(), var.numeric_columns.begin(),
                              var.numeric_columns.end());
  if (root.contains("uns")) data.uns = read_uns(root, "uns");
  return data;
}

void write_anndata(const fs::path& path, const AnnData& data, bool float64) {
  write_anndata(path, data, data.x, float64);
}

void write_anndata(const fs::path& path, const AnnData& data, std::span<const double> matrix, bool float64) {
  check(data, matrix, path);
  replace_atomically(path, [&](const fs::path& temporary) {
    hdf5::File file = hdf5::File::create(temporary);
    {
      hdf5::Group& root = file.root();
      begin_anndata(root);
      hdf5::Dataset x =
          root.create("X", {data.rows, data.vars}, float64 ? hdf5::Number::f64 : hdf5::Number::f32);
      mark_encoding(x, "array", "0.2.0");
      x.write<double>(0, data.rows, matrix);
      write_frame(root, "obs", data.obs, names_of(data), data.numeric_columns);
      write_frame(root, "var", data.var, data.var_names, data.numeric_columns);
      hdf5::Group obsm = root.group("obsm");
      for (const auto& array : data.obsm) {
        hdf5::Dataset values = obsm.create(checked_name(array.name, path.string()),
                                           {data.rows, array.columns}, hdf5::Number::f64);
        mark_encoding(values, "array", "0.2.0");
        values.write<double>(0, data.rows, array.values);
      }
      write_uns(root, "uns", data.uns.is_null() ? nlohmann::json::object() : data.uns);
    }
    file.close();
    seal_file(mpi::Communicator::self(), temporary);
  });
}

}  // namespace cytoscale::store
