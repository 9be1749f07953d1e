// Round trips and refusals; test_anndata.py lets anndata itself judge the files.
#include "store/anndata/anndata.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "hdf5/file.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

AnnData example() {
  AnnData data;
  data.rows = 3;
  data.vars = 2;
  data.x = {1, 2.5, -3, 4, 0.1, 6};
  data.obs.columns = {"Metadata_Plate", "Metadata_Concentration", "cells"};
  data.obs.rows = {{"P1", "0.3", "10"}, {"", "10", "20"}, {"P10", "", "30"}};
  data.numeric_columns = {"Metadata_Concentration", "cells"};
  data.obs_names = {"a", "b", "c"};
  data.var_names = {"f_0", "f_1"};
  data.var.columns = {"layer"};
  data.var.rows = {{"conv1"}, {"conv2a"}};
  data.uns = {{"text", "x"},
              {"number", 2.5},
              {"whole", 7},
              {"yes", true},
              {"names", {"p", "q"}},
              {"values", {1.5, 2.5}},
              {"none", nlohmann::json::array()},
              {"below", {{"deeper", "y"}}}};
  return data;
}

TEST(AnnData, RoundTrip) {
  const auto path = fresh_folder("anndata") / "x.h5ad";
  const AnnData data = example();
  write_anndata(path, data, true);
  const AnnData again = read_anndata(path);
  EXPECT_EQ(again.x, data.x);
  EXPECT_EQ(again.obs.columns, data.obs.columns);
  EXPECT_EQ(again.obs.rows, data.obs.rows);
  EXPECT_EQ(again.obs_names, data.obs_names);
  EXPECT_EQ(again.var_names, data.var_names);
  EXPECT_EQ(again.var.rows, data.var.rows);
  EXPECT_EQ(again.numeric_columns, data.numeric_columns);
  EXPECT_EQ(again.uns, data.uns);
  write_anndata(path.parent_path() / "y.h5ad", again, true);
  EXPECT_EQ(read_file(path), read_file(path.parent_path() / "y.h5ad"));
  write_anndata(path, data, false);
  EXPECT_EQ(read_anndata(path).x[4], static_cast<double>(0.1f));
}

TEST(AnnData, NoRowsNoColumns) {
  const auto path = fresh_folder("anndata_empty") / "x.h5ad";
  write_anndata(path, AnnData{}, true);
  const AnnData again = read_anndata(path);
  EXPECT_EQ(again.rows, 0u);
  EXPECT_EQ(again.vars, 0u);
}

TEST(AnnData, ManyCategoriesAndColumns) {
  AnnData data;
  data.rows = 40000;  // beyond int16 codes
  data.vars = 0;
  data.obs.columns = {"name"};
  for (std::size_t i = 0; i < data.rows; ++i) data.obs.rows.push_back({"n" + std::to_string(i)});
  const auto path = fresh_folder("anndata_many") / "x.h5ad";
  write_anndata(path, data, true);
  EXPECT_EQ(read_anndata(path).obs.rows, data.obs.rows);

  AnnData wide;  // beyond the 64 KiB that an attribute could hold in older HDF5 files
  wide.rows = 1;
  for (int i = 0; i < 6000; ++i)
    wide.obs.add_column("column" + std::to_string(i), std::vector{std::to_string(i)});
  wide.numeric_columns = wide.obs.columns;
  write_anndata(path, wide, true);
  EXPECT_EQ(read_anndata(path).obs.columns, wide.obs.columns);
}

TEST(AnnData, WhatCannotBeStoredIsRefused) {
  const auto folder = fresh_folder("anndata_refused");
  AnnData data = example();
  data.obs.columns[0] = "a/b";
  EXPECT_THAT([&] { write_anndata(folder / "x", data, true); }, ThrowsMessage<Error>(HasSubstr("no slash")));
  data.obs.columns[0] = "cells";
  EXPECT_THAT([&] { write_anndata(folder / "x", data, true); },
              ThrowsMessage<Error>(HasSubstr("twice or reserved")));
  data = example();
  data.obs.rows.set(1, 2, "many");
  EXPECT_THAT([&] { write_anndata(folder / "x", data, true); },
              ThrowsMessage<Error>(HasSubstr("\"many\" in row 1 of cells is not a number")));
  data = example();
  data.x.pop_back();
  EXPECT_THAT([&] { write_anndata(folder / "x", data, true); },
              ThrowsMessage<Error>(HasSubstr("differ in size")));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

TEST(AnnData, BadFilesAreRefused) {
  const auto folder = fresh_folder("anndata_bad");
  const auto path = folder / "x.h5ad";
  EXPECT_THAT([&] { read_anndata(path); }, ThrowsMessage<Error>(HasSubstr("no such file")));
  write_anndata(path, example(), true);
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THROW(read_anndata(path), Error);
  hdf5::File empty = hdf5::File::create(path);
  empty.close();
  EXPECT_THAT([&] { read_anndata(path); },
              ThrowsMessage<Error>(HasSubstr("not an AnnData file: it has no /X")));

  write_anndata(path, example(), true);
  {
    hdf5::File file = hdf5::File::open(path, hdf5::File::Access::read_write);
    hdf5::Group obs = file.root().group("obs");
    obs.dataset("Metadata_Plate/codes").write<std::int8_t>(0, 1, std::vector<std::int8_t>{99});
    obs = hdf5::Group();
    file.close();
  }
  EXPECT_THAT([&] { read_anndata(path); }, ThrowsMessage<Error>(HasSubstr("a code beyond the categories")));
}

}  // namespace
}  // namespace cytoscale::store
