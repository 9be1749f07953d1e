// Options of the pass over the fields, and of what computes.
#pragma once
#include <filesystem>

#include "cli/options.hpp"
#include "network/spec/compute.hpp"
#include "prepare/field_pass.hpp"

namespace cytoscale::settings {

void declare_failures(cli::OptionSet& options, std::filesystem::path& failures);  // --failures
void declare_threads(cli::OptionSet& options, int& threads);                      // --threads
void declare_pass(cli::OptionSet& options,
                  prepare::FieldPassOptions& pass);                // --max-failed-fields … --queue-memory
void declare_overwrite(cli::OptionSet& options, bool& overwrite);  // --overwrite
void declare_device(cli::OptionSet& options, network::Device& device);      // --device
void declare_pixels(cli::OptionSet& options, network::PixelPlace& pixels);  // --pixels
// --precision; `auto` is for network::resolve_precision().
void declare_precision(cli::OptionSet& options, network::Precision& precision);

}  // namespace cytoscale::settings
