// CellProfiler's LoadData CSV, as the Cell Painting Gallery publishes it: FileName_Orig<Channel>,
// PathName_Orig<Channel>, Metadata_Plate, Metadata_Well, Metadata_Site; treatments in a plate map
// (plate_map.cpp).
#include "core/text/text.hpp"
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {
namespace {

// URL_<Channel>, where a channel has no FileName_ of its own: folder and name.
void add_urls(Table& table) {
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (!table.columns[c].starts_with("URL_")) continue;
    const auto channel = table.columns[c].substr(4);
    if (table.find("FileName_" + channel)) continue;
    TextColumn names, folders;
    table.rows.column(c).each([&](std::string_view url) {
      const auto slash = url.find_last_of("/\\");
      names.push_back(url.substr(slash + 1));  // all of it where there is none
      folders.push_back(slash == std::string_view::npos ? std::string_view() : url.substr(0, slash));
    });
    table.add_column("FileName_" + channel, std::move(names));
    if (!table.find("PathName_" + channel)) table.add_column("PathName_" + channel, std::move(folders));
  }
}

}  // namespace

Table native_from_loaddata(Table table) {
  add_urls(table);
  for (auto& column : table.columns) {
    for (const std::string prefix : {"FileName_", "PathName_", "Frame_"}) {
      if (column.starts_with(prefix + "Orig")) column.erase(prefix.size(), 4);
    }
  }
  return table;
}

}  // namespace cytoscale::screen
