// Options of illuminate, segment and crop.
#pragma once
#include <filesystem>

#include "cli/options.hpp"
#include "learn/run/train_options.hpp"
#include "prepare/crop_screen.hpp"
#include "prepare/illuminate_screen.hpp"
#include "prepare/segment_screen.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::settings {

// The filters of segment.
void declare_filters(cli::OptionSet& options, prepare::CellFilters& filters);

struct IlluminateSettings {
  std::filesystem::path output = ".", illumination;  // written
  screen::ManifestOptions manifest;
  prepare::IlluminateScreenOptions illuminate = {.pass = {.threads = 0}};

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  prepare::FieldFiles files() const;
};

struct SegmentSettings {
  std::filesystem::path output = ".";
  screen::ManifestOptions manifest;
  prepare::SegmentScreenOptions segment = {.pass = {.threads = 0}};
  prepare::FieldFiles named;

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // With the illumination that root finds now. Collective: yes.
  prepare::FieldFiles files(const mpi::Communicator& comm) const;
};

struct CropSettings {
  std::filesystem::path output = ".", cells;
  screen::ManifestOptions manifest;
  learn::TrainOptions training;  // of these, what decides a crop
  prepare::CropScreenOptions crop = {.pass = {.threads = 0}};
  prepare::FieldFiles named;

  void declare(cli::OptionSet& options);
  void resolve();  // throws Error
  // With the illumination that root finds now. Collective: yes.
  prepare::FieldFiles files(const mpi::Communicator& comm) const;
  // With the side of the windows that such crops need, where none is given.
  prepare::CropScreenOptions windows() const;
  // That are read: pattern of their names; empty: none.
  std::string masks() const {
    return crop.neighbors == image::CropNeighbors::blank ? crop.masks : std::string();
  }
};

}  // namespace cytoscale::settings
