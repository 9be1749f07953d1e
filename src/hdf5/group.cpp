#include "core/error.hpp"
#include "hdf5/file.hpp"
#include "hdf5/hdf5_error_internal.hpp"

namespace cytoscale::hdf5 {
namespace {

// Contiguous, allocated at once, never filled; no times (equal content, equal bytes).
// Variable-length text alone must be filled: its rows are references, which have to be valid from the start.
Handle creation_properties(hid_t type, const std::string& where) {
  Handle properties = own(H5Pcreate(H5P_DATASET_CREATE), "no property list", where);
  const char* problem = "properties cannot be set";
  checked(H5Pset_layout(properties.id(), H5D_CONTIGUOUS), problem, where);
  checked(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), problem, where);
  if (H5Tis_variable_str(type) <= 0) {
    checked(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), problem, where);
  }
  checked(H5Pset_obj_track_times(properties.id(), false), problem, where);
  return properties;
}

Handle space_of(const Shape& shape, const std::string& where) {
  if (shape.empty()) return own(H5Screate(H5S_SCALAR), "no dataspace", where);
  const std::vector<hsize_t> extents(shape.begin(), shape.end());
  return own(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), "no dataspace",
             where);
}

}  // namespace

Handle Group::number_type_of(Number number) {
  return number_type(number);
}

std::string Group::below(const std::string& name) const {
  return where_.ends_with('/') ? where_ + name : where_ + "/" + name;
}

Group Group::create_group(const std::string& name) {
  const std::string at = below(name);
  const Handle properties = own(H5Pcreate(H5P_GROUP_CREATE), "no property list", at);
  checked(H5Pset_obj_track_times(properties.id(), false), "properties cannot be set", at);
  return {own(H5Gcreate2(id(), name.c_str(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
              "the group cannot be created", at),
          at};
}

Dataset Group::create_dataset(const std::string& name, const Shape& shape, const Handle& type) {
  const std::string at = below(name);
  const Handle space = space_of(shape, at), properties = creation_properties(type.id(), at);
  return {
      own(H5Dcreate2(id(), name.c_str(), type.id(), space.id(), H5P_DEFAULT, properties.id(), H5P_DEFAULT),
          "the dataset cannot be created", at),
      at};
}

Dataset Group::create(const std::string& name, const Shape& shape, Number type) {
  return create_dataset(name, shape, number_type(type));
}

Dataset Group::create_text(const std::string& name, std::uint64_t count, std::size_t width) {
  return create_dataset(name, {count}, text_type(width == 0 ? 1 : width));
}

Dataset Group::create_boolean(const std::string& name, const Shape& shape) {
  return create_dataset(name, shape, boolean_type());
}

Dataset Group::store_texts(const std::string& name, const std::vector<std::string>& texts) {
  Dataset dataset = create_dataset(name, {texts.size()}, text_type(0));
  dataset.write_variable_texts(texts);
  return dataset;
}

Dataset Group::store_text(const std::string& name, const std::string& text) {
  Dataset dataset = create_dataset(name, {}, text_type(0));
  dataset.write_variable_texts({text});
  return dataset;
}

Dataset Group::store_booleans(const std::string& name, const std::vector<std::uint8_t>& values) {
  Dataset dataset = create_boolean(name, {values.size()});
  const Handle type = boolean_type();
  if (!values.empty()) {
    checked(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()),
            "cannot be written", dataset.where());
  }
  return dataset;
}

bool Group::contains(const std::string& name) const {
  for (std::size_t end = name.find('/');; end = name.find('/', end + 1)) {
    const std::string part = name.substr(0, end);
    if (checked(H5Lexists(id(), part.c_str(), H5P_DEFAULT), "links cannot be read", where_) == 0)
      return false;
    if (end == std::string::npos) return true;
  }
}

bool Group::is_group(const std::string& name) const {
  const Handle object =
      own(H5Oopen(id(), name.c_str(), H5P_DEFAULT), "the object cannot be opened", below(name));
  return H5Iget_type(object.id()) == H5I_GROUP;
}

std::vector<std::string> Group::names() const {
  std::vector<std::string> list;
  const auto add = [](hid_t, const char* name, const H5L_info_t*, void* to) -> herr_t {
    static_cast<std::vector<std::string>*>(to)->emplace_back(name);
    return 0;
  };
  checked(H5Literate(id(), H5_INDEX_NAME, H5_ITER_INC, nullptr, add, &list), "the group cannot be listed",
          where_);
  return list;
}

Group Group::group(const std::string& name) const {
  if (!contains(name))
    throw Error("there is no group of this name", below(name), "Is this a file of the expected kind?");
  if (!is_group(name)) throw Error("this is a dataset, a group is needed", below(name));
  return {own(H5Gopen2(id(), name.c_str(), H5P_DEFAULT), "the group cannot be opened", below(name)),
          below(name)};
}

Dataset Group::dataset(const std::string& name) const {
  if (!contains(name)) {
    throw Error("there is no dataset of this name", below(name), "Is this a file of the expected kind?");
  }
  if (is_group(name)) throw Error("this is a group, a dataset is needed", below(name));
  return {own(H5Dopen2(id(), name.c_str(), H5P_DEFAULT), "the dataset cannot be opened", below(name)),
          below(name)};
}

}  // namespace cytoscale::hdf5
