// What the manifest readers share. Every format is turned into the native table (Metadata_*,
// FileName_<Channel>, PathName_<Channel>, Frame_<Channel>), from which native_manifest.cpp makes the screen.
#pragma once
#include "screen/input/plate_layout.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::screen {

ManifestFormat guess_format(const Table& table);

Table native_from_bbbc021(Table table, const ManifestOptions& options);
Table native_from_loaddata(Table table);
Table native_from_deepprofiler(Table table, const ManifestOptions& options);

// Adds the columns of a plate map (--platemap, as read_plate_map() reads it) that the native table lacks.
// Throws Error: a well that is not in the map, or has several rows in it of which none can be told to be the
// plate's.
void join_plate_map(Table& table, const ManifestOptions& options, Reading& reading);

// Fields as far as they can be made; what is wrong is added to `problems`, what was assumed to the screen's
// notes. Unordered. Rows leave the table as they become fields.
Screen screen_from_native(Table&& table, const ManifestOptions& options, std::vector<std::string>& problems);

}  // namespace cytoscale::screen
