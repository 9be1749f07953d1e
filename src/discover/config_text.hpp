// The config file that `init` writes, with a comment for what was assumed. Collective: no.
#pragma once
#include <string>
#include <vector>

#include "discover/guess_roles.hpp"
#include "discover/init_options.hpp"

namespace cytoscale::discover {

struct ConfigContent {
  std::filesystem::path root;          // images; absolute
  std::vector<std::string> channels;   // of the manifest
  std::string z_plane;                 // "": none
  std::filesystem::path platemap;      // absolute; "": none
  std::vector<std::string> compounds;  // absolute
  GuessedRoles roles;
  std::vector<std::string> assumed, left_out;
};

std::string config_text(const ConfigContent& content);

// Whether a path can stand in a config file: # begins a comment there, ${ a variable, a comma parts lists.
bool fits_config(const std::string& path);

}  // namespace cytoscale::discover
