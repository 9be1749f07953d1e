// Options of init.
#pragma once
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "discover/init_screen.hpp"

namespace cytoscale::settings {

struct InitSettings {
  discover::InitOptions options;

  void declare(cli::OptionSet& set);
  void resolve();  // throws Error

 private:
  std::vector<std::string> folder_;
};

}  // namespace cytoscale::settings
