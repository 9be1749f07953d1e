// Files that promise what they do not hold, made by HDF5 itself: refused before memory is taken.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "test_support.hpp"

namespace cytoscale::hdf5 {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// A file with the dataset "x" of this shape and no chunk of it.
std::filesystem::path promise(const std::string& name, const std::vector<hsize_t>& shape, hid_t type) {
  const auto path = fresh_folder(name) / ("rank" + std::to_string(world().rank()) + ".h5");
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const int rank = static_cast<int>(shape.size());
  const hid_t space = H5Screate_simple(rank, shape.data(), nullptr), how = H5Pcreate(H5P_DATASET_CREATE);
  const std::vector<hsize_t> chunk(shape.size(), 2);
  H5Pset_chunk(how, rank, chunk.data());
  const hid_t made = H5Dcreate2(file, "x", type, space, H5P_DEFAULT, how, H5P_DEFAULT);
  EXPECT_GE(made, 0);
  H5Dclose(made);
  H5Pclose(how);
  H5Sclose(space);
  H5Fclose(file);
  return path;
}

void expect_refused(const std::filesystem::path& path, const std::string& part) {
  const File file = File::open(path, File::Access::read);
  EXPECT_THAT([&] { file.root().dataset("x").read_all<double>(); }, ThrowsMessage<Error>(HasSubstr(part)));
}

TEST(Promises, OfMoreThanAllMemoryAreRefused) {
  // 2^65 bytes, which wrap around to 0, and 2^62 elements.
  expect_refused(promise("promise_wraps", {hsize_t{1} << 31, hsize_t{1} << 31}, H5T_IEEE_F64LE),
                 "beyond all memory");
  expect_refused(promise("promise_long", {hsize_t{1} << 62}, H5T_STD_U8LE), "promises");
}

TEST(Promises, OfWhatIsNotStoredAreRefused) {
  expect_refused(promise("promise_large", {1 << 20, 1 << 10}, H5T_IEEE_F32LE), "promises 4294967296 bytes");
  const auto path = promise("promise_text", {1 << 30}, H5T_C_S1);
  const File file = File::open(path, File::Access::read);
  EXPECT_THAT([&] { file.root().dataset("x").read_texts(); }, ThrowsMessage<Error>(HasSubstr("promises")));
}

// h5py leaves what was never written to the fill value: a little of it is no damage.
TEST(Promises, OfALittleAreKept) {
  const File file = File::open(promise("promise_little", {100, 3}, H5T_IEEE_F32LE), File::Access::read);
  EXPECT_EQ(file.root().dataset("x").read_all<float>(), std::vector<float>(300));
}

TEST(Promises, OneTextIsOne) {
  File file = File::create(fresh_folder("one_text") / ("rank" + std::to_string(world().rank()) + ".h5"));
  EXPECT_EQ(file.root().store_text("one", "a").read_text(), "a");
  for (const std::size_t count : {0, 2}) {
    const auto texts =
        file.root().store_texts("texts" + std::to_string(count), std::vector<std::string>(count));
    EXPECT_THAT([&] { texts.read_text(); }, ThrowsMessage<Error>(HasSubstr("one text is expected")));
  }
}

}  // namespace
}  // namespace cytoscale::hdf5
