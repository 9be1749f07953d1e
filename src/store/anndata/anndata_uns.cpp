// Unstructured data of AnnData ("dict", scalars and arrays) as JSON, and the frame of a whole file.
#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "store/anndata/anndata_element.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;

void write_text(hdf5::Group& group, const std::string& name, const std::string& text) {
  hdf5::Dataset dataset = group.store_text(name, text);
  mark_encoding(dataset, "string", "0.2.0");
}

template <typename T>
void write_numbers(hdf5::Group& group, const std::string& name, const json& value) {
  if (value.is_array()) {
    const auto values = value.get<std::vector<T>>();
    hdf5::Dataset dataset = group.store<T>(name, {values.size()}, values);
    mark_encoding(dataset, "array", "0.2.0");
  } else {
    const std::vector<T> values = {value.get<T>()};
    hdf5::Dataset dataset = group.store<T>(name, {}, values);
    mark_encoding(dataset, "numeric-scalar", "0.2.0");
  }
}

void write_array(hdf5::Group& group, const std::string& name, const json& value) {
  const auto all = [&](auto test) { return std::all_of(value.begin(), value.end(), test); };
  if (all([](const json& item) { return item.is_string(); })) {
    write_text_array(group, name, value.get<std::vector<std::string>>());
  } else if (all([](const json& item) { return item.is_number_integer(); })) {
    write_numbers<std::int64_t>(group, name, value);
  } else if (all([](const json& item) { return item.is_number(); })) {
    write_numbers<double>(group, name, value);
  } else {
    write_text(group, name, value.dump());
  }
}

json number_or_nothing(double value) {
  return std::isfinite(value) ? json(value) : json();
}

// Of a dataset; null for what JSON cannot hold.
json read_value(const hdf5::Dataset& dataset) {
  const bool scalar = dataset.shape().empty();
  if (dataset.shape().size() > 1) return {};
  json list = json::array();
  switch (dataset.kind()) {
    case hdf5::Kind::text:
      for (auto& text : dataset.read_texts()) list.push_back(std::move(text));
      break;
    case hdf5::Kind::boolean:
      for (const auto value : dataset.read_all<std::int8_t>()) list.push_back(value != 0);
      break;
    case hdf5::Kind::integer:
      list = dataset.read_all<std::int64_t>();
      break;
    case hdf5::Kind::floating:
      for (const auto value : dataset.read_all<double>()) list.push_back(number_or_nothing(value));
      break;
    default:
      return {};
  }
  return scalar ? list.at(0) : list;
}

}  // namespace

void write_uns(hdf5::Group& group, const std::string& name, const json& value) {
  if (value.is_null()) return;
  checked_name(name, group.where());
  if (value.is_object()) {
    hdf5::Group below = group.create_group(name);
    mark_encoding(below, "dict", "0.1.0");
    for (const auto& [key, item] : value.items()) write_uns(below, key, item);
  } else if (value.is_array()) {
    write_array(group, name, value);
  } else if (value.is_string()) {
    write_text(group, name, value.get<std::string>());
  } else if (value.is_boolean()) {
    hdf5::Dataset dataset = group.create_boolean(name, {});
    dataset.write_boolean(value.get<bool>());
    mark_encoding(dataset, "numeric-scalar", "0.2.0");
  } else if (value.is_number_integer()) {
    write_numbers<std::int64_t>(group, name, value);
  } else {
    write_numbers<double>(group, name, value);
  }
}

namespace {

// Links may lead in circles, and one object may have many names: what is left of a walk through them.
struct Walk {
  int levels = 64;
  int objects = 20'000;
};

json read_object(const hdf5::Group& group, const std::string& name, Walk& walk) {
  if (walk.levels == 0 || walk.objects-- == 0) {
    throw Error("the unstructured data are nested too deeply, too many, or linked in a circle", group.where(),
                "Remove what is not needed from .uns in Python");
  }
  if (!group.is_group(name)) return read_value(group.dataset(name));
  const hdf5::Group below = group.group(name);
  const std::string encoding = encoding_of(below);
  if (!encoding.empty() && encoding != "dict") return {};
  json object = json::object();
  --walk.levels;
  for (const auto& key : below.names()) {
    json value = read_object(below, key, walk);
    if (!value.is_null()) object[key] = std::move(value);
  }
  ++walk.levels;
  return object;
}

}  // namespace

json read_uns(const hdf5::Group& group, const std::string& name) {
  Walk walk;
  return read_object(group, name, walk);
}

void begin_anndata(hdf5::Group& root) {
  mark_encoding(root, "anndata", "0.1.0");
  for (const char* name : {"layers", "obsm", "obsp", "varm", "varp"}) {
    hdf5::Group group = root.create_group(name);
    mark_encoding(group, "dict", "0.1.0");
  }
}

void check_anndata(const hdf5::Group& root, const std::string& where) {
  for (const char* name : {"X", "obs", "var"}) {
    if (root.contains(name)) continue;
    throw Error(std::string("this is not an AnnData file: it has no /") + name, where,
                "Give an .h5ad file, as embed and reduce write them");
  }
  if (encoding_of(root) != "anndata") {
    throw Error("the file is of an older layout of AnnData", where,
                "Rewrite it with anndata 0.8 or later: anndata.read_h5ad(f).write(f)");
  }
}

}  // namespace cytoscale::store
