// Options of run beside those of the jobs that it chains.
#pragma once
#include "cli/options.hpp"
#include "pipeline/screen_chain.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::settings {

void declare_chain(cli::OptionSet& options, pipeline::ScreenChainOptions& chain);

// The screen that options name, whatever others they hold.
screen::ManifestOptions manifest_of(const cli::OptionSet& options);

}  // namespace cytoscale::settings
