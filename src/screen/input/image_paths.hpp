// Paths to images as other machines write them: backslashes, drive letters, shares, URLs. Collective: no.
#pragma once
#include <string>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::screen {

// FROM=TO of --path-map: what begins with FROM (whole names of folders) begins with TO instead. FROM may be
// written with slashes or backslashes.
struct PathMap {
  std::string from, to;
};
// Throws Error: not of that form.
std::vector<PathMap> parse_path_map(const std::vector<std::string>& items);

// With slashes for backslashes, file: URLs as paths, and the first of `maps` that fits put to use.
std::string local_path(const std::string& text, const std::vector<PathMap>& maps);
// The drive ("D:"), share ("//server/share") or bucket ("s3://bucket") of another machine that such a path
// begins with; empty: a path of this machine.
std::string foreign_root(const std::string& local);

// The columns FileName… and PathName… of a native table made local. Rows with a path of another machine leave
// the table, and `problems` gets one line for each drive, share or bucket, with the folder that all its paths
// share.
void localize_paths(Table& table, const std::vector<std::string>& path_map,
                    std::vector<std::string>& problems);

}  // namespace cytoscale::screen
