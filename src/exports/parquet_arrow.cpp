#include <arrow/api.h>
#include <arrow/io/file.h>
#include <parquet/arrow/writer.h>

#include <cmath>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/system/stop_request.hpp"
#include "exports/parquet.hpp"

namespace cytoscale::exports {
namespace {

constexpr std::size_t group_bytes = std::size_t{32} << 20;  // of features

void succeed(const arrow::Status& status, const std::filesystem::path& path) {
  if (!status.ok())
    throw Error("the file cannot be written (" + status.ToString() + ")", path.string(),
                "Check space and permissions");
}

template <typename T>
T succeed(arrow::Result<T> result, const std::filesystem::path& path) {
  succeed(result.status(), path);
  return std::move(result).ValueUnsafe();
}

std::shared_ptr<arrow::DataType> type_of(ColumnKind kind) {
  switch (kind) {
    case ColumnKind::text:
      return arrow::utf8();
    case ColumnKind::whole:
      return arrow::int64();
    case ColumnKind::single:
      return arrow::float32();
    case ColumnKind::real:
      break;
  }
  return arrow::float64();
}

std::shared_ptr<arrow::Schema> schema_of(const RowSource& source, const std::string& provenance) {
  arrow::FieldVector fields;
  for (const auto& column : source.columns())
    fields.push_back(arrow::field(column.name, type_of(column.kind)));
  for (const auto& feature : source.features())
    fields.push_back(arrow::field(feature, source.single_precision() ? arrow::float32() : arrow::float64()));
  return arrow::schema(fields, arrow::key_value_metadata({"cytoscale"}, {provenance}));
}

template <typename Builder, typename Type>
std::shared_ptr<arrow::Array> numbers(const std::vector<double>& values, const std::filesystem::path& path) {
  Builder builder;
  succeed(builder.Reserve(static_cast<std::int64_t>(values.size())), path);
  for (const double value : values) {
    if (std::isnan(value))
      builder.UnsafeAppendNull();
    else
      builder.UnsafeAppend(static_cast<Type>(value));
  }
  return succeed(builder.Finish(), path);
}

std::shared_ptr<arrow::Array> texts(const std::vector<std::string>& values,
                                    const std::filesystem::path& path) {
  arrow::StringBuilder builder;
  for (const auto& value : values)
    succeed(value.empty() ? builder.AppendNull() : builder.Append(value), path);
  return succeed(builder.Finish(), path);
}

std::shared_ptr<arrow::Array> metadata(const ColumnValues& values, ColumnKind kind,
                                       const std::filesystem::path& path) {
  if (kind == ColumnKind::text) return texts(values.texts, path);
  if (kind == ColumnKind::whole) return numbers<arrow::Int64Builder, std::int64_t>(values.numbers, path);
  if (kind == ColumnKind::single) return numbers<arrow::FloatBuilder, float>(values.numbers, path);
  return numbers<arrow::DoubleBuilder, double>(values.numbers, path);
}

// One feature's column of row-major values.
template <typename Builder, typename T>
std::shared_ptr<arrow::Array> feature(const std::vector<T>& values, std::size_t features, std::size_t f,
                                      const std::filesystem::path& path) {
  Builder builder;
  succeed(builder.Reserve(static_cast<std::int64_t>(values.size() / features)), path);
  for (std::size_t at = f; at < values.size(); at += features) builder.UnsafeAppend(values[at]);
  return succeed(builder.Finish(), path);
}

std::shared_ptr<arrow::Table> table_of(const Rows& rows, const RowSource& source,
                                       const std::shared_ptr<arrow::Schema>& schema,
                                       const std::filesystem::path& path) {
  arrow::ArrayVector arrays;
  for (std::size_t c = 0; c < rows.columns.size(); ++c)
    arrays.push_back(metadata(rows.columns[c], source.columns()[c].kind, path));
  const std::size_t count = source.features().size();
  for (std::size_t f = 0; f < count; ++f)
    arrays.push_back(source.single_precision() ? feature<arrow::FloatBuilder>(rows.singles, count, f, path)
                                               : feature<arrow::DoubleBuilder>(rows.doubles, count, f, path));
  return arrow::Table::Make(schema, arrays, static_cast<std::int64_t>(rows.count));
}

std::shared_ptr<parquet::WriterProperties> properties_of(const RowSource& source) {
  parquet::WriterProperties::Builder builder;
  builder.compression(parquet::Compression::ZSTD)->disable_dictionary();
  for (const auto& column : source.columns())
    if (column.kind == ColumnKind::text && column.name != "Metadata_Cell")
      builder.enable_dictionary(column.name);
  return builder.build();
}

void write(const std::filesystem::path& path, const RowSource& source, const std::string& provenance) {
  const auto schema = schema_of(source, provenance);
  replace_atomically(path, [&](const std::filesystem::path& temporary) {
    auto file = succeed(arrow::io::FileOutputStream::Open(temporary.string()), path);
    auto writer = succeed(
        parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), file, properties_of(source),
                                         parquet::ArrowWriterProperties::Builder().store_schema()->build()),
        path);
    const std::size_t group = source.rows_of(group_bytes);
    for (std::size_t row = 0; row < source.rows(); row += group) {
      heed_stop_request();
      const auto table = table_of(source.read(row, group), source, schema, path);
      succeed(writer->WriteTable(*table, table->num_rows()), path);
    }
    succeed(writer->Close(), path);
    succeed(file->Close(), path);
  });
}

const bool defined = write_parquet.define([](const std::filesystem::path& path, const RowSource& source,
                                             const std::string& provenance) {
  // Parquet's own functions throw.
  try {
    write(path, source, provenance);
  } catch (const parquet::ParquetException& failure) {
    throw Error(std::string("the file cannot be written (") + failure.what() + ")", path.string(),
                "Check space and permissions");
  }
}) && arrow_version.define([] { return arrow::GetBuildInfo().version_string; });

}  // namespace
}  // namespace cytoscale::exports
