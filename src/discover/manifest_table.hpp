// The manifest of the fields that were found (docs/file-format.md, "The manifest"), and what the config must
// say of their pages. Collective: no.
#pragma once
#include <string>
#include <vector>

#include "core/table/csv.hpp"
#include "discover/found_fields.hpp"

namespace cytoscale::discover {

struct ManifestTable {
  Table table;                        // paths relative to the root
  std::vector<std::string> channels;  // as the config must name them, in this order
  std::string z_plane;                // for the config; "": files have one focal plane for each channel
  std::vector<std::string> assumed, left_out;
};

// Looks into the images for their pages: of a file with several channels each gets its page by the names and
// the order that OME-XML or ImageJ give (image/io/stack.hpp); of several focal planes the brightest value of
// each pixel is taken, where `options` choose none; of several points in time the first. Fields
// whose one file cannot be read are left out. Throws Error: none can be read, files whose channels differ, a
// plane that is not in its file.
ManifestTable manifest_of(const FoundScreen& found, const std::filesystem::path& root,
                          const InitOptions& options);

}  // namespace cytoscale::discover
