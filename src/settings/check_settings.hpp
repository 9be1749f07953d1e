// Options of check.
#pragma once
#include "cli/options.hpp"
#include "preflight/check_screen.hpp"

namespace cytoscale::settings {

void declare_check(cli::OptionSet& options, preflight::CheckOptions& check);

}  // namespace cytoscale::settings
