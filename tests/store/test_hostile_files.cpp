// Valid HDF5 with content that no writer of ours leaves, made by HDF5 itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include "core/error.hpp"
#include "embedding_support.hpp"
#include "store/anndata/anndata.hpp"
#include "store/illumination_file.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

template <typename Change>
void change(const fs::path& path, const Change& by) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  by(file);
  ASSERT_GE(H5Fclose(file), 0);
}

fs::path small_anndata(const std::string& name) {
  const auto path = fresh_folder(name) / "x.h5ad";
  AnnData data;
  data.rows = data.vars = 1;
  data.x = {1};
  data.var_names = {"f"};
  data.obs = {{"a", "b"}, {{"1", "2"}}};
  data.uns = {{"below", {{"text", "x"}}}};
  write_anndata(path, data, true);
  return path;
}

TEST(HostileFiles, UnstructuredDataInACircleAreRefused) {
  const auto path = small_anndata("uns_circle");
  EXPECT_EQ(read_anndata(path).uns["below"]["text"], "x");
  change(path,
         [](hid_t file) { H5Lcreate_hard(file, "uns", file, "uns/below/again", H5P_DEFAULT, H5P_DEFAULT); });
  EXPECT_THAT(message_of([&] { read_anndata(path); }), HasSubstr("linked in a circle"));
}

// Two names for each level double the objects of a walk: 2^40 of them in forty groups.
TEST(HostileFiles, UnstructuredDataOfTooManyNamesAreRefused) {
  const auto path = small_anndata("uns_doubled");
  change(path, [](hid_t file) {
    std::string at = "uns";
    for (int level = 0; level < 40; ++level) {
      H5Gclose(H5Gcreate2(file, (at + "/a").c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      H5Lcreate_hard(file, (at + "/a").c_str(), file, (at + "/b").c_str(), H5P_DEFAULT, H5P_DEFAULT);
      at += "/a";
    }
  });
  EXPECT_THAT(message_of([&] { read_anndata(path); }), HasSubstr("too many"));
}

TEST(HostileFiles, AColumnAnnouncedTwiceIsRefused) {
  const auto path = small_anndata("column_twice");
  change(path, [](hid_t file) {
    const hid_t obs = H5Gopen2(file, "obs", H5P_DEFAULT), text = H5Tcopy(H5T_C_S1);
    const hsize_t two = 2;
    const hid_t space = H5Screate_simple(1, &two, nullptr);
    H5Adelete(obs, "column-order");
    const hid_t order = H5Acreate2(obs, "column-order", text, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(order, text, "aa");
    H5Aclose(order);
    H5Sclose(space);
    H5Tclose(text);
    H5Gclose(obs);
  });
  EXPECT_THAT(message_of([&] { read_anndata(path); }), HasSubstr("announced twice"));
}

TEST(HostileFiles, ATextThatIsNotThereIsMissed) {
  const auto path = fresh_folder("no_provenance") / "embeddings.h5ad";
  const screen::Screen screen = small_screen(1, 1, 2);
  const CellTable cells = table_of(screen);
  {
    EmbeddingWriter writer(world(), path, screen, cells, small_layout());
    for (FieldId f; f < screen.fields.size(); ++f) write_field(writer, cells, f, 5);
    writer.close();
  }
  EXPECT_EQ(EmbeddingReader(path).rows(), cells.cells());
  change(path, [](hid_t file) {
    const hid_t text = H5Tcopy(H5T_C_S1);
    const hsize_t none = 0;
    const hid_t space = H5Screate_simple(1, &none, nullptr);
    H5Ldelete(file, "uns/cytoscale/provenance", H5P_DEFAULT);
    H5Dclose(
        H5Dcreate2(file, "uns/cytoscale/provenance", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(space);
    H5Tclose(text);
  });
  EXPECT_THAT(message_of([&] { EmbeddingReader reader(path); }), HasSubstr("one text is expected"));
}

TEST(HostileFiles, IlluminationOfAnotherVersionOrGridIsRefused) {
  const auto path = fresh_folder("hostile_illumination") / "illumination.h5";
  const auto message_with = [&](const char* object, const char* attribute, std::int64_t value) {
    {
      IlluminationWriter writer(path, small_screen(1, 1, 1), {});
      writer.add("P1", {2, 30, 21, std::vector<float>(18, 1.5f), 10});
      writer.commit();
    }
    change(path, [&](hid_t file) {
      const hid_t group = H5Gopen2(file, object, H5P_DEFAULT), at = H5Aopen(group, attribute, H5P_DEFAULT);
      ASSERT_GE(H5Awrite(at, H5T_NATIVE_INT64, &value), 0);
      H5Aclose(at);
      H5Gclose(group);
    });
    try {
      IlluminationReader(path).read("P1");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  EXPECT_EQ(message_with("/plate0", "step_px", 10), "no error");
  EXPECT_THAT(message_with("/", "format_version", 1), HasSubstr("another format version"));
  EXPECT_THAT(message_with("/plate0", "step_px", 0), HasSubstr("step_px is no number of pixels"));
  EXPECT_THAT(message_with("/plate0", "height", std::int64_t{1} << 40), HasSubstr("height is no number"));
  EXPECT_THAT(message_with("/plate0", "width", -1), HasSubstr("width is no number"));
  EXPECT_THAT(message_with("/plate0", "height", 31), HasSubstr("of its grid"));
  EXPECT_THAT(message_with("/plate0", "step_px", 5), HasSubstr("of its grid"));
}

}  // namespace
}  // namespace cytoscale::store
