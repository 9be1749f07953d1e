// Options by which a job finds its screen, and files in the folder of its results.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "cli/options.hpp"
#include "mpi/communicator.hpp"
#include "prepare/crop_screen.hpp"
#include "screen/column_roles.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::settings {

void declare_output(cli::OptionSet& options, std::filesystem::path& output);  // --output DIR
// The file that was named, or else the usual one if it is there; empty: neither.
std::filesystem::path existing_or_empty(const std::filesystem::path& named,
                                        const std::filesystem::path& usual);
void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest);  // --manifest … --select
// Checks them, and says where `run` keeps the screen that they stand for: OUTPUT/state/screen.h5. Throws
// Error.
void resolve_manifest(screen::ManifestOptions& manifest, const std::filesystem::path& output);
// --pixel-size, of scale bars; image::validate_pixel_size() judges it.
void declare_pixel_size(cli::OptionSet& options, double& um);
void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles);  // --treatment … --control
// --crop-neighbors and --masks; none: the model's way.
void declare_neighbors(cli::OptionSet& options, image::CropNeighbors& neighbors, std::string& masks);
void declare_neighbors(cli::OptionSet& options, std::optional<image::CropNeighbors>& neighbors,
                       std::string& masks);
// --illumination, which is read where it is there.
void declare_illumination(cli::OptionSet& options, std::filesystem::path& named,
                          const std::filesystem::path& output);
// What it then reads, as root finds it; empty: none. Collective: yes.
std::filesystem::path illumination_at_hand(const mpi::Communicator& comm, const std::filesystem::path& named,
                                           const std::filesystem::path& output);

}  // namespace cytoscale::settings
