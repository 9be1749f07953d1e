#include <arrow/api.h>
#include <arrow/io/file.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>

#include <cmath>
#include <functional>
#include <type_traits>

#include "core/error.hpp"
#include "core/table/parquet_table.hpp"

namespace cytoscale::exports {
namespace {

[[noreturn]] void refuse(const std::string& why, const std::filesystem::path& path) {
  throw Error("the Parquet file cannot be read (" + why + ")", path.string(),
              "Write it again, or write the table as CSV");
}

void succeed(const arrow::Status& status, const std::filesystem::path& path) {
  if (!status.ok()) refuse(status.ToString(), path);
}

template <typename T>
T succeed(arrow::Result<T> result, const std::filesystem::path& path) {
  succeed(result.status(), path);
  return std::move(result).ValueUnsafe();
}

template <typename T>
std::string text_of_number(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return {};
    // Without an exponent where pandas has none either; both are read as the same number.
    if (value == std::floor(value) && std::abs(value) < T(1e15))
      return fmt::format("{}", static_cast<std::int64_t>(value));
  }
  return fmt::format("{}", value);
}

// Takes the text of a row's value, unless that is null.
using Put = std::function<void(std::int64_t row, std::string text)>;

// The values of a chunk. False: it is of another type.
template <typename ArrayType>
bool take(const arrow::Array& chunk, const Put& put) {
  const auto* values = dynamic_cast<const ArrayType*>(&chunk);
  if (values == nullptr) return false;
  for (std::int64_t i = 0; i < values->length(); ++i) {
    if (values->IsNull(i)) continue;
    if constexpr (std::is_same_v<ArrayType, arrow::BooleanArray>)
      put(i, values->Value(i) ? "True" : "False");
    else if constexpr (requires { values->GetString(i); })
      put(i, values->GetString(i));
    else
      put(i, text_of_number(values->Value(i)));
  }
  return true;
}

// What has no type of its own here, value by value.
void take_any(const arrow::Array& chunk, const std::filesystem::path& path, const Put& put) {
  for (std::int64_t i = 0; i < chunk.length(); ++i)
    if (!chunk.IsNull(i)) put(i, succeed(chunk.GetScalar(i), path)->ToString());
}

bool has_text(const arrow::DataType& type) {
  using arrow::Type;
  switch (type.id()) {
    case Type::DATE32:
    case Type::DATE64:
    case Type::TIMESTAMP:
    case Type::TIME32:
    case Type::TIME64:
    case Type::DECIMAL128:
    case Type::DECIMAL256:
    case Type::HALF_FLOAT:
    case Type::NA:
      return true;
    default:
      return false;
  }
}

void take_chunk(const arrow::Array& chunk, const std::string& name, const std::filesystem::path& path,
                const Put& put) {
  if (const auto* words = dynamic_cast<const arrow::DictionaryArray*>(&chunk)) {
    std::vector<std::string> texts(static_cast<std::size_t>(words->dictionary()->length()));
    take_chunk(*words->dictionary(), name, path, [&](std::int64_t i, std::string text) {
      texts[static_cast<std::size_t>(i)] = std::move(text);
    });
    for (std::int64_t i = 0; i < words->length(); ++i)
      if (!words->IsNull(i)) put(i, texts.at(static_cast<std::size_t>(words->GetValueIndex(i))));
    return;
  }
  using namespace arrow;
  if (take<StringArray>(chunk, put) || take<LargeStringArray>(chunk, put) || take<DoubleArray>(chunk, put) ||
      take<FloatArray>(chunk, put) || take<Int64Array>(chunk, put) || take<Int32Array>(chunk, put) ||
      take<Int16Array>(chunk, put) || take<Int8Array>(chunk, put) || take<UInt64Array>(chunk, put) ||
      take<UInt32Array>(chunk, put) || take<UInt16Array>(chunk, put) || take<UInt8Array>(chunk, put) ||
      take<BooleanArray>(chunk, put))
    return;
  if (!has_text(*chunk.type()))
    throw Error("column '" + name + "' is of type " + chunk.type()->ToString() +
                    ", which a table of text cannot hold",
                path.string(), "Leave it out");
  take_any(chunk, path, put);
}

std::shared_ptr<arrow::Table> load(const std::filesystem::path& path) {
  auto file = succeed(arrow::io::ReadableFile::Open(path.string()), path);
  parquet::arrow::FileReaderBuilder builder;
  succeed(builder.Open(file), path);
  std::unique_ptr<parquet::arrow::FileReader> reader;
  succeed(builder.memory_pool(arrow::default_memory_pool())->Build(&reader), path);
#if ARROW_VERSION_MAJOR >= 24
  const auto table = succeed(reader->ReadTable(), path);
#else
  std::shared_ptr<arrow::Table> table;
  succeed(reader->ReadTable(&table), path);
#endif
  succeed(table->ValidateFull(), path);  // text that is not UTF-8, too
  return table;
}

Table read(const std::filesystem::path& path) {
  const auto loaded = load(path);
  Table table;
  const auto rows = static_cast<std::size_t>(loaded->num_rows());
  for (int c = 0; c < loaded->num_columns(); ++c) {
    const auto name = loaded->field(c)->name();
    if (name.starts_with("__index_level_") && name.ends_with("__")) continue;
    std::vector<std::string> values(rows);
    std::size_t first = 0;
    for (const auto& chunk : loaded->column(c)->chunks()) {
      take_chunk(*chunk, name, path, [&](std::int64_t i, std::string text) {
        values[first + static_cast<std::size_t>(i)] = std::move(text);
      });
      first += static_cast<std::size_t>(chunk->length());
    }
    table.add_column(name, std::move(values));
  }
  tidy_table(table, path.string());
  return table;
}

const bool defined = read_parquet_table.define([](const std::filesystem::path& path) {
  try {
    return read(path);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& failure) {  // Parquet's own functions throw
    refuse(failure.what(), path);
  }
});

}  // namespace
}  // namespace cytoscale::exports
