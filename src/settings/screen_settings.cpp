#include "settings/screen_settings.hpp"

namespace cytoscale::settings {
namespace {

const std::string neighbors_help =
    "other cells in a crop: keep them, or blank them out (their pixels become 0), by the label masks that "
    "segment took its cells from";

void declare_masks(cli::OptionSet& options, std::string& masks) {
  options.add("masks", masks, "blank: names of these masks, as for segment; {Plate}, {Well}, … are filled in")
      .value("PATTERN")
      .resource();
}

}  // namespace

void declare_neighbors(cli::OptionSet& options, image::CropNeighbors& neighbors, std::string& masks) {
  options.add("crop-neighbors", neighbors, neighbors_help).value("HOW");
  declare_masks(options, masks);
}

void declare_neighbors(cli::OptionSet& options, std::optional<image::CropNeighbors>& neighbors,
                       std::string& masks) {
  options.add("crop-neighbors", neighbors, neighbors_help + " (default: the model's way)").value("HOW");
  declare_masks(options, masks);
}

void declare_output(cli::OptionSet& options, std::filesystem::path& output) {
  options.group("Files");
  options.add("output", output, "folder of the experiment's results; other files default to places in it")
      .value("DIR")
      .resource();
}

std::filesystem::path existing_or_empty(const std::filesystem::path& named,
                                        const std::filesystem::path& usual) {
  if (!named.empty()) return named;
  return std::filesystem::exists(usual) ? usual : std::filesystem::path();
}

void declare_manifest(cli::OptionSet& options, screen::ManifestOptions& manifest) {
  options.group("Screen");
  options.add("manifest", manifest.manifest, "CSV that lists the screen's fields and image files")
      .of_screen();
  options.add("manifest-format", manifest.format, "its form; auto tells it from the header").of_screen();
  options
      .add("image-root", manifest.image_root,
           "folder from which relative image paths start (default: the manifest's)")
      .value("DIR")
      .of_screen();
  options
      .add("channels", manifest.channels,
           "channels to use, in this order (default: all); names the pages where a field is one multi-page "
           "file")
      .of_screen();
  options
      .add(
          "z-plane", manifest.z_plane,
          "of files with several focal planes: max (the brightest value of each pixel) or the number of one, "
          "from 1")
      .value("max|N")
      .of_screen();
  options.add("moa-file", manifest.moa, "bbbc021: CSV with compound, concentration, moa").of_screen();
  options
      .add("platemap", manifest.platemap,
           "table joined on plate and well; also a barcode_platemap.csv with platemap/NAME.txt beside it, or "
           "their "
           "folder with a table of compounds")
      .of_screen();
  options
      .add("compounds", manifest.compounds,
           "tables with a row for each compound, joined on a column that they share with the plate map or "
           "manifest, "
           "e.g. broad_sample")
      .of_screen();
  options
      .add("path-map", manifest.path_map,
           "where image paths of another machine are here: D:/screens=/data/screens (comma: several)")
      .value("FROM=TO")
      .of_screen();
  options.add("plates", manifest.plates, "use these plates only").of_screen();
  options
      .add("select", manifest.select,
           "use fields with COLUMN=VALUE or COLUMN!=VALUE only (comma: all must hold)")
      .value("COL=VAL")
      .of_screen();
}

void resolve_manifest(screen::ManifestOptions& manifest, const std::filesystem::path& output) {
  manifest.kept = output / "state" / "screen.h5";
  manifest.validate();
}

void declare_pixel_size(cli::OptionSet& options, double& um) {
  options
      .add("pixel-size", um,
           "side of a pixel in µm, for scale bars (0: what OME-XML of the images says; else they are in px)")
      .value("UM");
}

void declare_roles(cli::OptionSet& options, screen::ColumnRoles& roles) {
  options.group("Columns");
  options.add("treatment", roles.treatment,
              "metadata columns that together name the treatment (the weak label)");
  options
      .add("compound", roles.compound,
           "column of the compound or gene: NSC excludes candidates that share it")
      .value("COLUMN");
  options.add("class", roles.class_column, "column of the mechanism of action or gene family to recover")
      .value("COLUMN");
  options.add("plate", roles.plate, "column of the plate").value("COLUMN");
  options.add("batch", roles.batch, "column of the batch").value("COLUMN");
  options
      .add("batch-from-plate", roles.batch_from_plate,
           "take the batch from the plate's name: what this regular expression matches first, e.g. '^[^_]+'")
      .value("REGEX");
  options.add("control", roles.control, "the negative controls; several kinds: COL=VAL,VAL").value("COL=VAL");
}

void declare_illumination(cli::OptionSet& options, std::filesystem::path& named,
                          const std::filesystem::path& output) {
  options.add("illumination", named, "illumination functions (default: OUTPUT/illumination.h5 if present)")
      .reads([&named, &output]() -> cli::Paths {
        const auto path = existing_or_empty(named, output / "illumination.h5");
        return path.empty() ? cli::Paths{} : cli::Paths{path};
      });
}

std::filesystem::path illumination_at_hand(const mpi::Communicator& comm, const std::filesystem::path& named,
                                           const std::filesystem::path& output) {
  return comm.broadcast(existing_or_empty(named, output / "illumination.h5").string());
}

}  // namespace cytoscale::settings
