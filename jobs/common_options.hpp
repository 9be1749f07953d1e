// Options that several jobs share, each declared once.
#pragma once
#include <filesystem>
#include <string>

#include "cli/options.hpp"
#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::jobs {

void declare_output(cli::OptionSet& options, std::filesystem::path& output);  // --output DIR
// The file that was named, or else the usual one if it is there; empty: neither.
std::filesystem::path existing_or_empty(const std::filesystem::path& named, const std::filesystem::path& usual);
void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest);       // --manifest … --platemap
void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles);                 // --treatment … --control
void declare_precision(cli::OptionSet& options, std::string& precision);         // --precision
void declare_failures(cli::OptionSet& options, std::string& max_failed_fields);  // --max-failed-fields

}  // namespace cytoscale::jobs
