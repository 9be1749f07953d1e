// DeepProfiler's index.csv: Metadata_Plate, Metadata_Well, Metadata_Site, a column of file names per channel
// (named after the channel), and label columns.
#include <algorithm>

#include "core/error.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {

bool is_image_name(const std::string& name) {
  const auto text = lower_case(name);
  return text.ends_with(".tif") || text.ends_with(".tiff") || text.ends_with(".png");
}

}  // namespace

Table native_from_deepprofiler(Table table, const ManifestOptions& options) {
  const auto& wanted = options.channels;
  bool any = false;
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    auto& column = table.columns[c];
    if (column.starts_with("Metadata_")) continue;
    const bool named = std::find(wanted.begin(), wanted.end(), column) != wanted.end();
    const bool files = !table.rows.empty() && is_image_name(table.rows.at(0, c));
    any = any || named || files;
    column = (named || files ? "FileName_" : "Metadata_") + column;
  }
  if (!any) {
    throw Error("no column names image files", options.manifest.string(),
                "The format was not recognized: see --manifest-format. Columns present: " +
                    join(table.columns, ", "));
  }
  return table;
}

}  // namespace cytoscale::screen
