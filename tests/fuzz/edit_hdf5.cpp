// Valid HDF5 files with wrong content: an input says which of our files is taken and what is changed in it
// through HDF5 itself (an object deleted, or of another type or shape, a value, an attribute, links that go
// in circles). What breaks here breaks in our readers: HDF5 has no damaged file to stumble over.
#include <hdf5.h>

#include <array>
#include <cstring>

#include "core/system/files.hpp"
#include "hdf5_drawing.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {
namespace {

struct Base {
  void (*read)(std::string_view);
  std::string bytes;
  std::vector<std::string> paths;  // of all objects but the root
};

std::vector<std::string> paths_of(const std::string& file) {
  std::vector<std::string> paths;
  const hid_t id = H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const auto add = [](hid_t, const char* name, const H5O_info_t*, void* list) -> herr_t {
    if (std::strcmp(name, ".") != 0) static_cast<std::vector<std::string>*>(list)->emplace_back(name);
    return 0;
  };
  H5Ovisit(id, H5_INDEX_NAME, H5_ITER_INC, add, &paths);
  H5Fclose(id);
  return paths;
}

const std::vector<Base>& bases() {
  static const std::vector<Base> all = [] {
    std::vector<Base> list;
    const auto add = [&](auto* read, const std::vector<Seed>& seeds) {
      for (const auto& seed : seeds)
        list.push_back({read, seed.bytes, paths_of(scratch_file("base.h5", seed.bytes).string())});
    };
    add(read_cells_input, cells_seeds());
    add(read_illumination_input, illumination_seeds());
    add(read_crops_input, crops_seeds());
    add(read_embeddings_input, embeddings_seeds());
    add(read_anndata_input, anndata_seeds());
    return list;
  }();
  return all;
}

void create_dataset(Choices& choices, hid_t file, const std::string& path) {
  const hid_t type = drawn_type(choices), space = drawn_space(choices), how = H5Pcreate(H5P_DATASET_CREATE);
  const auto layout = choices.below(4);
  const int rank = H5Sget_simple_extent_ndims(space);
  if (layout == 1) H5Pset_layout(how, H5D_COMPACT);
  if (layout >= 2 && rank > 0) {
    const std::vector<hsize_t> chunk(static_cast<std::size_t>(rank), 4);
    H5Pset_chunk(how, rank, chunk.data());
    if (layout == 3) H5Pset_deflate(how, 1);
  }
  H5Ldelete(file, path.c_str(), H5P_DEFAULT);
  const hid_t made = H5Dcreate2(file, path.c_str(), type, space, H5P_DEFAULT, how, H5P_DEFAULT);
  write_drawn(choices, type, space,
              [&](const void* values) { H5Dwrite(made, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values); });
  H5Dclose(made);
  H5Pclose(how);
  H5Sclose(space);
  H5Tclose(type);
}

void set_attribute(Choices& choices, hid_t file, const std::string& path) {
  constexpr std::array<const char*, 8> names = {"format",       "format_version",   "encoding-type",
                                                "column-order", "encoding-version", "_index",
                                                "shape",        "provenance"};
  const char* name = names[choices.below(names.size())];
  const hid_t object = H5Oopen(file, choices.below(2) ? path.c_str() : "/", H5P_DEFAULT);
  H5Adelete(object, name);
  if (choices.below(8) != 0) {
    const hid_t type = drawn_type(choices), space = drawn_space(choices);
    const hid_t made = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    write_drawn(choices, type, space, [&](const void* values) { H5Awrite(made, type, values); });
    H5Aclose(made);
    H5Sclose(space);
    H5Tclose(type);
  }
  H5Oclose(object);
}

void poke_value(Choices& choices, hid_t file, const std::string& path) {
  const hid_t dataset = H5Dopen2(file, path.c_str(), H5P_DEFAULT);
  if (dataset < 0) return;
  const hid_t space = H5Dget_space(dataset);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  const bool few = count > 0 && count <= most_elements;
  std::vector<std::int64_t> values(few ? static_cast<std::size_t>(count) : 0);
  if (few && H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0) {
    constexpr std::array<std::int64_t, 8> drawn = {0,        1, -1, 2, 21, 1 << 30, std::int64_t{1} << 62,
                                                   INT64_MIN};
    values[choices.below(values.size())] = drawn[choices.below(drawn.size())];
    H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  }
  H5Sclose(space);
  H5Dclose(dataset);
}

void edit(Choices& choices, hid_t file, const Base& base) {
  const auto drawn_path = [&] { return base.paths[choices.below(base.paths.size())]; };
  const std::string path = drawn_path();
  switch (choices.below(8)) {
    case 0:
      H5Ldelete(file, path.c_str(), H5P_DEFAULT);
      break;
    case 1:
      H5Ldelete(file, path.c_str(), H5P_DEFAULT);
      H5Gclose(H5Gcreate2(file, path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
      break;
    case 2: {  // an object under two names, or below itself
      const std::string other = choices.below(4) ? drawn_path() : "/";
      const std::string name = choices.below(2) ? path : path + "/again";
      H5Ldelete(file, name.c_str(), H5P_DEFAULT);
      H5Lcreate_hard(file, other.c_str(), file, name.c_str(), H5P_DEFAULT, H5P_DEFAULT);
      break;
    }
    case 3: {
      const std::string other = drawn_path();
      H5Ldelete(file, path.c_str(), H5P_DEFAULT);
      H5Lcreate_soft((choices.below(2) ? "/" + other : "/nowhere").c_str(), file, path.c_str(), H5P_DEFAULT,
                     H5P_DEFAULT);
      break;
    }
    case 4:
      set_attribute(choices, file, path);
      break;
    case 5:
    case 6:
      create_dataset(choices, file, path);
      break;
    default:
      poke_value(choices, file, path);
  }
}

}  // namespace

void read_edited_hdf5_input(std::string_view input) {
  Choices choices(input);
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const Base& base = bases()[choices.below(bases().size())];
  const auto path = scratch_file("edited.h5", base.bytes);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  for (int edits = 0; edits < 6 && choices.left(); ++edits) edit(choices, file, base);
  H5Fclose(file);
  base.read(read_file(path));
}

std::vector<Seed> hdf5_edit_seeds() {
  std::vector<Seed> seeds;
  for (std::size_t i = 0; i < bases().size(); ++i)
    seeds.push_back({"unchanged" + std::to_string(i), std::string(1, static_cast<char>(i))});
  return seeds;
}

}  // namespace cytoscale::fuzz
