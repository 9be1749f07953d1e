// CellProfiler's LoadData CSV, as the Cell Painting Gallery publishes it: FileName_Orig<Channel>,
// PathName_Orig<Channel>, Metadata_Plate, Metadata_Well, Metadata_Site; treatments in a plate map
// (plate_map.cpp).
#include "screen/manifest_formats.hpp"

namespace cytoscale::screen {

Table native_from_loaddata(Table table) {
  for (auto& column : table.columns) {
    for (const std::string prefix : {"FileName_", "PathName_", "Frame_"}) {
      if (column.starts_with(prefix + "Orig")) column.erase(prefix.size(), 4);
    }
  }
  return table;
}

}  // namespace cytoscale::screen
