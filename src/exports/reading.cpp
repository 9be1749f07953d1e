#include "exports/reading.hpp"

namespace cytoscale::exports {
namespace {

// A path as a text of Python.
std::string quoted(const std::filesystem::path& path) {
  std::string text = "\"";
  for (const char c : path.string()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

// The table that says most of itself: of wells if there are any.
Result table_to_show(const ExportOptions& options) {
  for (const auto result : {Result::profiles, Result::wells, Result::treatments})
    if (options.has(result)) return result;
  return Result::cells;
}

}  // namespace

std::string reading_text(const ExportFiles& files, const ExportOptions& options) {
  std::string text = "In Python (docs/python.md has more):\n";
  const std::string result = enum_name(table_to_show(options));
  if (options.has(Form::parquet))
    text += "  table = pandas.read_parquet(" + quoted(files.folder / (result + ".parquet")) + ")\n";
  if (options.has(Form::csv))
    text += "  table = pandas.read_csv(" + quoted(files.folder / (result + ".csv.gz")) + ")\n";
  if (options.has(Form::csv) || options.has(Form::parquet)) {
    text +=
        "  metadata, features = table.filter(regex=\"^Metadata_\"), table.filter(regex=\"^(?!Metadata_)\")\n";
    if (options.feature_prefix == "Cells_")
      text += "  selected = pycytominer.feature_select(table)   # finds the features by their names\n";
    else
      text += "  selected = pycytominer.feature_select(table, features=list(features.columns))\n";
    text +=
        "  precision = copairs.map.average_precision(metadata, features.to_numpy(), pos_sameby=..., "
        "pos_diffby=..., neg_sameby=..., neg_diffby=...)\n";
  }
  if (options.has(Form::deepprofiler)) {
    const auto folder = files.folder / "deepprofiler";
    text += "  data = pycytominer.cyto_utils.DeepProfiler_processing.DeepProfilerData(" +
            quoted(folder / "index.csv") + ", " + quoted(folder / "features") +
            ", filename_delimiter=\"/\")\n";
  }
  return text;
}

}  // namespace cytoscale::exports
