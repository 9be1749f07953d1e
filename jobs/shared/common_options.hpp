// Options that several jobs share, each declared once.
#pragma once
#include <filesystem>
#include <string>

#include "cli/options.hpp"
#include "prepare/field_pass.hpp"
#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::jobs {

void declare_output(cli::OptionSet& options, std::filesystem::path& output);  // --output DIR
// The file that was named, or else the usual one if it is there; empty: neither.
std::filesystem::path existing_or_empty(const std::filesystem::path& named,
                                        const std::filesystem::path& usual);
void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest);  // --manifest … --platemap
void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles);  // --treatment … --control
void declare_precision(cli::OptionSet& options, std::string& precision);  // --precision
void declare_pass(cli::OptionSet& options,
                  prepare::FieldPassOptions& pass);                // --max-failed-fields … --queue-memory
void declare_overwrite(cli::OptionSet& options, bool& overwrite);  // --overwrite
// --illumination, which is read where it is there.
void declare_illumination(cli::OptionSet& options, std::filesystem::path& named,
                          const std::filesystem::path& output);

}  // namespace cytoscale::jobs
