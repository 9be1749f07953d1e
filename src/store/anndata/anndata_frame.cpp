// Data frames of AnnData, encoding "dataframe" 0.2.0.
#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/number_columns.hpp"
#include "store/anndata/anndata_element.hpp"

namespace cytoscale::store {
namespace {

// Numbers of a column: whole ones as int64, others (or with missing values) as float64.
void write_numbers(hdf5::Group& frame, const std::string& name, const TextColumn& texts) {
  const auto numbers = screen::numbers_of(texts);
  if (!numbers) {
    const auto bad = texts.where([](std::string_view text) { return !text.empty() && !to_number(text); });
    const auto row = static_cast<std::size_t>(std::find(bad.begin(), bad.end(), 1) - bad.begin());
    throw Error("\"" + texts[row] + "\" in row " + std::to_string(row) + " of " + name + " is not a number",
                frame.where());
  }
  create_numbers(frame, name, numbers->whole, texts.size()).write<double>(0, texts.size(), numbers->values);
}

void write_categories(hdf5::Group& frame, const std::string& name, const TextColumn& texts) {
  const Categorical values = categorize(texts);
  const hdf5::Group column = create_categorical(frame, name, values.categories, texts.size());
  column.dataset("codes").write<std::int32_t>(0, texts.size(), values.codes);
}

}  // namespace

hdf5::Dataset create_numbers(hdf5::Group& frame, const std::string& name, bool whole, std::uint64_t count) {
  hdf5::Dataset column =
      frame.create(checked_name(name, frame.where()), {count}, whole ? hdf5::Number::i64 : hdf5::Number::f64);
  mark_encoding(column, "array", "0.2.0");
  return column;
}

hdf5::Group create_frame(hdf5::Group& group, const std::string& name,
                         const std::vector<std::string>& columns) {
  hdf5::Group frame = group.create_group(name);
  mark_encoding(frame, "dataframe", "0.2.0");
  frame.set_attribute("_index", "_index");
  frame.set_attribute("column-order", columns);
  std::set<std::string> seen = {"_index"};
  for (const auto& column : columns) {
    checked_name(column, frame.where());
    if (!seen.insert(column).second) {
      throw Error("the column name " + column + " is there twice or reserved", frame.where(), "Rename it");
    }
  }
  return frame;
}

void write_frame(hdf5::Group& group, const std::string& name, const Table& table,
                 const std::vector<std::string>& index, const std::vector<std::string>& numeric_columns) {
  if (!table.columns.empty() && table.rows.size() != index.size()) {
    throw Error(std::to_string(table.rows.size()) + " rows of columns for an index of " +
                    std::to_string(index.size()),
                group.where() + name, "This is a defect: please report it");
  }
  hdf5::Group frame = create_frame(group, name, table.columns);
  write_text_array(frame, "_index", index);
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    const auto& texts = table.rows.column(c);
    const bool numeric = std::count(numeric_columns.begin(), numeric_columns.end(), table.columns[c]) > 0;
    if (numeric) {
      write_numbers(frame, table.columns[c], texts);
    } else {
      write_categories(frame, table.columns[c], texts);
    }
  }
}

Frame read_frame(const hdf5::Group& group, const std::string& name) {
  const hdf5::Group frame = group.group(name);
  if (encoding_of(frame) != "dataframe" || frame.text_attribute("encoding-version", "") != "0.2.0") {
    throw Error("the table is of an older layout of AnnData", frame.where(),
                "Rewrite the file with anndata 0.8 or later: anndata.read_h5ad(f).write(f)");
  }
  Frame result;
  result.index = read_column(frame, frame.text_attribute("_index")).texts.texts();
  result.table.rows.resize_empty(result.index.size());
  std::set<std::string> seen;
  for (const auto& column : frame.texts_attribute("column-order")) {
    if (!seen.insert(column).second)
      throw Error("the column " + column + " is announced twice", frame.where(), "The file is damaged");
    Column values = read_column(frame, column);
    if (values.texts.size() != result.index.size()) {
      throw Error("the column " + column + " has " + std::to_string(values.texts.size()) +
                      " rows, the index " + std::to_string(result.index.size()),
                  frame.where(), "The file is damaged");
    }
    if (values.numeric) result.numeric_columns.push_back(column);
    result.table.add_column(column, std::move(values.texts));
  }
  return result;
}

}  // namespace cytoscale::store
