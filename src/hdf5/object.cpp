#include "hdf5/object.hpp"

#include "core/error.hpp"
#include "hdf5/hdf5_error_internal.hpp"

namespace cytoscale::hdf5 {
namespace {

void write_attribute(hid_t object, const std::string& name, hid_t type, hid_t space, const void* value,
                     const std::string& where) {
  const std::string at = where + "@" + name;
  Handle attribute = own(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                         "the attribute cannot be created", at);
  // An attribute without elements has nothing to be written (and HDF5 wants no null pointer).
  if (value != nullptr) checked(H5Awrite(attribute.id(), type, value), "the attribute cannot be written", at);
}

Handle open_attribute(hid_t object, const std::string& name, const std::string& where) {
  const htri_t exists = H5Aexists(object, name.c_str());
  if (exists == 0)
    throw Error("the attribute " + name + " is missing", where, "Is this a file of the expected kind?");
  if (exists < 0) fail("attributes cannot be read", where, "The file may be damaged");
  return own(H5Aopen(object, name.c_str(), H5P_DEFAULT), "the attribute cannot be opened",
             where + "@" + name);
}

// How many values an attribute has. A damaged one may promise any number.
std::size_t count_of(const Handle& attribute, const std::string& at) {
  constexpr double most_bytes = 64 << 20;
  const Handle type = own(H5Aget_type(attribute.id()), "the attribute's type cannot be read", at);
  const Handle space = own(H5Aget_space(attribute.id()), "the attribute's shape cannot be read", at);
  const auto count = checked(H5Sget_simple_extent_npoints(space.id()), "no shape", at);
  if (static_cast<double>(count) * static_cast<double>(H5Tget_size(type.id())) > most_bytes)
    throw Error("the attribute is larger than any of ours", at, "The file may be damaged");
  return static_cast<std::size_t>(count);
}

std::vector<std::string> read_texts(const Handle& attribute, const std::string& at) {
  Handle type = own(H5Aget_type(attribute.id()), "the attribute's type cannot be read", at);
  Handle space = own(H5Aget_space(attribute.id()), "the attribute's shape cannot be read", at);
  const std::size_t count = count_of(attribute, at);
  std::vector<std::string> texts(count);
  if (count == 0) return texts;  // h5py stores an empty list as floats: its type says nothing
  if (H5Tget_class(type.id()) != H5T_STRING) throw Error("the attribute is not text", at);
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> pointers(count, nullptr);
    checked(H5Aread(attribute.id(), type.id(), pointers.data()), "the attribute cannot be read", at);
    for (std::size_t i = 0; i < count; ++i) texts[i] = pointers[i] == nullptr ? "" : pointers[i];
    H5Dvlen_reclaim(type.id(), space.id(), H5P_DEFAULT, pointers.data());
    return texts;
  }
  const std::size_t width = H5Tget_size(type.id());
  std::string bytes(count * width, '\0');
  checked(H5Aread(attribute.id(), type.id(), bytes.data()), "the attribute cannot be read", at);
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = bytes.substr(i * width, width);
    texts[i].resize(std::min(texts[i].size(), texts[i].find('\0')));
  }
  return texts;
}

}  // namespace

void Object::set_attribute(const std::string& name, std::string_view text) {
  const Handle type = text_type(0);
  const Handle space = own(H5Screate(H5S_SCALAR), "no dataspace", where_);
  const std::string terminated(text);
  const char* pointer = terminated.c_str();
  write_attribute(id(), name, type.id(), space.id(), &pointer, where_);
}

void Object::set_attribute(const std::string& name, const std::vector<std::string>& texts) {
  const Handle type = text_type(0);
  const hsize_t count = texts.size();
  const Handle space = own(H5Screate_simple(1, &count, nullptr), "no dataspace", where_);
  std::vector<const char*> pointers;
  for (const auto& text : texts) pointers.push_back(text.c_str());
  write_attribute(id(), name, type.id(), space.id(), texts.empty() ? nullptr : pointers.data(), where_);
}

void Object::set_attribute(const std::string& name, std::int64_t value) {
  const Handle type = number_type(Number::i64);
  const Handle space = own(H5Screate(H5S_SCALAR), "no dataspace", where_);
  write_attribute(id(), name, type.id(), space.id(), &value, where_);
}

void Object::set_boolean(const std::string& name, bool value) {
  const Handle type = boolean_type();
  const Handle space = own(H5Screate(H5S_SCALAR), "no dataspace", where_);
  const std::int8_t byte = value ? 1 : 0;
  write_attribute(id(), name, type.id(), space.id(), &byte, where_);
}

bool Object::has_attribute(const std::string& name) const {
  return checked(H5Aexists(id(), name.c_str()), "attributes cannot be read", where_) > 0;
}

std::string Object::text_attribute(const std::string& name) const {
  const auto texts = texts_attribute(name);
  if (texts.size() != 1) throw Error("the attribute is not one text", where_ + "@" + name);
  return texts.front();
}

std::string Object::text_attribute(const std::string& name, const std::string& otherwise) const {
  return has_attribute(name) ? text_attribute(name) : otherwise;
}

std::vector<std::string> Object::texts_attribute(const std::string& name) const {
  return read_texts(open_attribute(id(), name, where_), where_ + "@" + name);
}

std::vector<std::int64_t> Object::integers_attribute(const std::string& name) const {
  const std::string at = where_ + "@" + name;
  const Handle attribute = open_attribute(id(), name, where_);
  std::vector<std::int64_t> values(count_of(attribute, at));
  const Handle type = number_type(Number::i64);
  if (!values.empty())
    checked(H5Aread(attribute.id(), type.id(), values.data()), "the attribute is not a number", at);
  return values;
}

}  // namespace cytoscale::hdf5
