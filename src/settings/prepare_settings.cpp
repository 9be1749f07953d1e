#include "settings/prepare_settings.hpp"

#include "core/error.hpp"
#include "learn/augment/augment.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

void IlluminateSettings::declare(cli::OptionSet& options) {
  declare_output(options, output);
  options
      .add("illumination", illumination, "illumination functions to write (default: OUTPUT/illumination.h5)")
      .output();
  declare_manifest(options, manifest);
  options.group("Illumination");
  options
      .add("illumination-from", illuminate.source,
           "images: functions are made from them; manifest: take the .npy files in its columns "
           "FileName_Illum<Channel>, as CellProfiler and JUMP list them")
      .value("WHAT");
  options.add("illumination-smoothing", illuminate.illumination.smoothing,
              "window that smooths the mean; none: no correction");
  options
      .add("illumination-window", illuminate.illumination.window_px,
           "its side in px (0: a quarter of the longer side)")
      .value("PX");
  options
      .add("illumination-floor", illuminate.illumination.floor_percentile,
           "percentile that serves as the robust minimum")
      .value("P");
  declare_pass(options, illuminate.pass);
  declare_overwrite(options, illuminate.overwrite);
}

void declare_filters(cli::OptionSet& options, prepare::CellFilters& filters) {
  options.group("Quality control");
  options
      .add("drop-blurred", filters.blurred,
           "drop fields whose focus score in the DNA channel is below so much of their plate's median (0: "
           "none)")
      .value("SHARE");
  options
      .add("drop-saturated", filters.saturated,
           "drop fields of which a channel has more than this share of pixels saturated (1: none)")
      .value("SHARE");
  options.add("drop-border", filters.border, "drop cells that touch the edge of their field");
  options
      .add("drop-outliers", filters.outliers,
           "drop cells whose area or mean intensity is further from their plate's median than so many robust "
           "standard deviations (0: none)")
      .value("X");
}

void IlluminateSettings::resolve() {
  if (illumination.empty()) illumination = output / "illumination.h5";
  illuminate.validate();
  resolve_manifest(manifest, output);
}

prepare::FieldFiles IlluminateSettings::files() const {
  return {illumination, {}, output / "failures.csv"};
}

void SegmentSettings::declare(cli::OptionSet& options) {
  declare_output(options, output);
  declare_illumination(options, named.illumination, output);
  options.add("cells", named.output, "cell table to write (default: OUTPUT/cells.h5)").output();
  declare_failures(options, named.failures);
  declare_manifest(options, manifest);
  options.group("Segmentation");
  options
      .add("dna-channel", segment.dna_channel,
           "channel of the nuclei (default: DNA, DAPI or Hoechst, else the first)")
      .value("CHANNEL");
  options.add("nucleus-smoothing", segment.nuclei.smoothing_px, "sigma of the blur before the threshold")
      .value("PX");
  options
      .add("nucleus-diameter", segment.nuclei.nucleus_diameter_px, "typical (0: estimated from each field)")
      .value("PX");
  options
      .add("threshold-scale", segment.nuclei.threshold_scale,
           "scales the threshold's height over the background; above 1: bright nuclei only")
      .value("X");
  options
      .add("split-ratio", segment.nuclei.split_ratio,
           "touching nuclei: 0 never splits them, 1 splits at every dent")
      .value("X");
  options.add("min-nucleus-area", segment.nuclei.min_area_px, "smaller objects are dropped").value("PX");
  options.add("max-nucleus-area", segment.nuclei.max_area_px, "larger objects are dropped (0: no limit)")
      .value("PX");
  options
      .add("locations", segment.locations,
           "take cell centers from these CSV files: {Plate}, {Well}, {Site} and other metadata are filled "
           "in")
      .value("PATTERN")
      .resource();
  options
      .add("masks", segment.masks,
           "take cells from these label masks (TIFF or PNG, a number for each cell): {Plate}, {Well}, {Site} "
           "and other metadata are filled in")
      .value("PATTERN")
      .resource();
  declare_filters(options, segment.filters);
  options.add("dropped", named.dropped, "table of what was dropped (default: OUTPUT/dropped.csv)").output();
  declare_pass(options, segment.pass);
  declare_overwrite(options, segment.overwrite);
}

void SegmentSettings::resolve() {
  if (named.output.empty()) named.output = output / "cells.h5";
  if (named.failures.empty()) named.failures = output / "failures.csv";
  if (named.dropped.empty()) named.dropped = output / "dropped.csv";
  segment.validate();
  resolve_manifest(manifest, output);
}

prepare::FieldFiles SegmentSettings::files(const mpi::Communicator& comm) const {
  return {named.output, illumination_at_hand(comm, named.illumination, output), named.failures,
          named.dropped};
}

void CropSettings::declare(cli::OptionSet& options) {
  declare_output(options, output);
  options.add("cells", cells, "cell table (default: OUTPUT/cells.h5)");
  declare_illumination(options, named.illumination, output);
  options.add("crops", named.output, "crop store to write (default: OUTPUT/crops.h5)").value("FILE").output();
  declare_failures(options, named.failures);
  declare_manifest(options, manifest);
  options.group("Windows");
  options.add("crop-size", training.crop_px, "side of the square window around a cell").value("PX");
  options.add("augment-rotate", training.augment.rotate, "turn crops by random angles");
  options.add("augment-translation", training.augment.translation_px, "shift crops by up to this much")
      .value("PX");
  declare_neighbors(options, crop.neighbors, crop.masks);
  options.add("store-size", crop.window_px, "side of the windows stored (0: all that such crops can need)")
      .value("PX");
  options.add("crop-bits", crop.bits, "of a pixel in the store: 16, or 8 for half the size");
  declare_pass(options, crop.pass);
  declare_overwrite(options, crop.overwrite);
}

void CropSettings::resolve() {
  if (cells.empty()) cells = output / "cells.h5";
  if (named.output.empty()) named.output = output / "crops.h5";
  if (named.failures.empty()) named.failures = output / "failures.csv";
  if (named.output == "none") throw Error("a file is needed", "--crops", "Name it, or leave crop out");
  training.validate();
  windows().validate();
  if (windows().window_px < training.crop_px)
    throw Error("windows of " + std::to_string(windows().window_px) + " px cannot hold crops of " +
                    std::to_string(training.crop_px),
                "--store-size", "Give at least --crop-size, or 0");
  resolve_manifest(manifest, output);
}

prepare::FieldFiles CropSettings::files(const mpi::Communicator& comm) const {
  return {named.output, illumination_at_hand(comm, named.illumination, output), named.failures};
}

prepare::CropScreenOptions CropSettings::windows() const {
  auto options = crop;
  if (options.window_px == 0) options.window_px = learn::window_for_crop(training.crop_px, training.augment);
  return options;
}

}  // namespace cytoscale::settings
