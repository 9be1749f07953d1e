#include "settings/make_screen/init_settings.hpp"

#include "core/error.hpp"

namespace cytoscale::settings {

void InitSettings::declare(cli::OptionSet& set) {
  set.group("Files");
  set.add("images", folder_, "folder with the images; the word without an option is taken for it")
      .value("FOLDER")
      .rest();
  set.add("output", options.output, "folder into which screen.csv and screen.cfg are written")
      .value("DIR")
      .resource();
  set.add("overwrite", options.overwrite, "in place of files of these names").resource();
  set.group("Names");
  set.add("naming", options.naming, "how the images are named; auto tells it from the names");
  set.add("pattern", options.pattern,
          "the names in your own words, e.g. '{Plate}/{Well}_s{Site}_{Channel}.tif'; without {Channel} the "
          "pages of a file are the channels");
  set.add("z-plane", options.z_plane,
          "which focal plane: a number as in the names, or of pages max (the brightest value of each pixel) "
          "or "
          "a number from 1 (default: the middle one of files, max of pages)")
      .value("max|N");
  set.add("time-point", options.time_point, "which point in time, as in the names (default: the first)")
      .value("N");
  set.group("Metadata");
  set.add("platemap", options.platemap,
          "table joined on plate and well; also a barcode_platemap.csv or its folder (default: the one among "
          "the images)");
  set.add("compounds", options.compounds, "tables with a row for each compound, joined on a shared column");
}

void InitSettings::resolve() {
  if (folder_.size() > 1)
    throw Error("several folders are named", "init", "Name the one that they lie in, or one after the other");
  if (!folder_.empty()) options.folder = folder_.front();
  options.validate();
}

}  // namespace cytoscale::settings
