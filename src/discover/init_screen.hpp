// The job `init`: from a folder of images to a manifest (screen.csv) and a config (screen.cfg) for the other
// jobs. Collective: no.
#pragma once
#include <string>
#include <vector>

#include "discover/init_options.hpp"

namespace cytoscale::discover {

struct InitReport {
  std::filesystem::path manifest, config;
  std::size_t fields = 0, wells = 0, plates = 0;
  std::vector<std::string> channels;
  std::vector<std::string> assumed, left_out;  // lines for people; they are in the config, too
};

// Asks nothing and says what it assumed. Throws Error: files that are there already (unless `overwrite`), and
// as list_images(), name_planes(), put_together(), manifest_of() and the reader of manifests with its plate
// map do.
InitReport init_screen(const InitOptions& options);

}  // namespace cytoscale::discover
