#include "store/anndata/anndata_element.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::store {

void mark_encoding(hdf5::Object& object, const std::string& type, const std::string& version) {
  object.set_attribute("encoding-type", type);
  object.set_attribute("encoding-version", version);
}

std::string encoding_of(const hdf5::Object& object) {
  return object.text_attribute("encoding-type", "");
}

const std::string& checked_name(const std::string& name, const std::string& where) {
  if (name.empty() || name.find('/') != std::string::npos || name == ".") {
    throw Error("the name \"" + name + "\" cannot be stored", where, "Rename it: not empty, no slash");
  }
  return name;
}

void write_text_array(hdf5::Group& group, const std::string& name, const std::vector<std::string>& texts) {
  hdf5::Dataset dataset = group.store_texts(name, texts);
  mark_encoding(dataset, "string-array", "0.2.0");
}

Categorical categorize(const TextColumn& texts) {
  const auto codes = texts.codes();
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < codes.texts.size(); ++i)
    if (!codes.texts[i].empty()) order.push_back(i);
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return natural_less(codes.texts[a], codes.texts[b]); });
  Categorical result;
  std::vector<std::int32_t> category(codes.texts.size(), -1);
  for (std::size_t i = 0; i < order.size(); ++i) {
    category[order[i]] = static_cast<std::int32_t>(i);
    result.categories.push_back(codes.texts[order[i]]);
  }
  result.codes.reserve(texts.size());
  for (const auto code : codes.of) result.codes.push_back(category[code]);
  return result;
}

hdf5::Number code_type(std::size_t categories) {
  if (categories <= 127) return hdf5::Number::i8;
  return categories <= 32767 ? hdf5::Number::i16 : hdf5::Number::i32;
}

hdf5::Group create_categorical(hdf5::Group& group, const std::string& name,
                               const std::vector<std::string>& categories, std::uint64_t count) {
  hdf5::Group column = group.create_group(checked_name(name, group.where()));
  mark_encoding(column, "categorical", "0.2.0");
  column.set_boolean("ordered", false);
  write_text_array(column, "categories", categories);
  hdf5::Dataset codes = column.create("codes", {count}, code_type(categories.size()));
  mark_encoding(codes, "array", "0.2.0");
  return column;
}

namespace {

Column read_array(const hdf5::Dataset& dataset) {
  if (dataset.shape().size() != 1) throw Error("a column must have one dimension", dataset.where());
  if (dataset.kind() == hdf5::Kind::text) return {TextColumn(dataset.read_texts()), false};
  Column column;
  switch (dataset.kind()) {
    case hdf5::Kind::boolean:
      for (const auto value : dataset.read_all<std::int8_t>())
        column.texts.push_back(value ? "True" : "False");
      return column;
    case hdf5::Kind::integer:
      for (const auto value : dataset.read_all<std::int64_t>()) column.texts.push_back(std::to_string(value));
      break;
    case hdf5::Kind::floating:
      if (dataset.element_bytes() <= 4) {  // the shortest text that gives the same float
        for (const auto value : dataset.read_all<float>()) {
          column.texts.push_back(std::isnan(value) ? "" : number_text(value));
        }
      } else {
        for (const auto value : dataset.read_all<double>()) {
          column.texts.push_back(std::isnan(value) ? "" : number_text(value));
        }
      }
      break;
    default:
      throw Error("columns of this type are not supported", dataset.where(),
                  "Convert it to text or numbers in Python");
  }
  column.numeric = true;
  return column;
}

Column read_categorical(const hdf5::Group& group) {
  const auto categories = read_array(group.dataset("categories")).texts.texts();
  Column column;
  for (const auto code : group.dataset("codes").read_all<std::int64_t>()) {
    if (code >= static_cast<std::int64_t>(categories.size())) {
      throw Error("a code beyond the categories", group.where(), "The file is damaged");
    }
    column.texts.push_back(code < 0 ? "" : categories[static_cast<std::size_t>(code)]);
  }
  return column;
}

Column read_nullable(const hdf5::Group& group) {
  Column column = read_array(group.dataset("values"));
  if (!group.contains("mask")) return column;
  const auto mask = group.dataset("mask").read_all<std::int8_t>();
  if (mask.size() != column.texts.size()) throw Error("mask and values differ in length", group.where());
  std::size_t row = 0;
  TextColumn texts;
  column.texts.each([&](std::string_view text) { texts.push_back(mask[row++] ? std::string_view() : text); });
  column.texts = std::move(texts);
  return column;
}

}  // namespace

Column read_column(const hdf5::Group& frame, const std::string& name) {
  if (!frame.contains(name)) throw Error("the column " + name + " is announced but missing", frame.where());
  if (!frame.is_group(name)) return read_array(frame.dataset(name));
  const hdf5::Group group = frame.group(name);
  const std::string encoding = encoding_of(group);
  if (encoding == "categorical") return read_categorical(group);
  if (encoding.starts_with("nullable-")) return read_nullable(group);
  throw Error("a column of encoding \"" + encoding + "\" is not supported", group.where(),
              "Convert it to text or numbers in Python");
}

}  // namespace cytoscale::store
