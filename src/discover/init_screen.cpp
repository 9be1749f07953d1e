#include "discover/init_screen.hpp"

#include <set>

#include "core/error.hpp"
#include "core/system/atomic_file.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "core/text/whole_number.hpp"
#include "discover/bbbc021_index.hpp"
#include "discover/config_text.hpp"
#include "discover/guess_nuclei.hpp"
#include "discover/manifest_table.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::discover {
namespace fs = std::filesystem;

void InitOptions::validate() const {
  if (folder.empty()) throw Error("no folder of images is named", "init", "Name it: cytoscale init FOLDER");
  if (!pattern.empty() && naming != Naming::automatic)
    throw Error("the names are told twice", "--pattern and --naming", "Give one of them");
  constexpr int most = 1'000'000;
  if (!z_plane.empty() && z_plane != "max" && !to_whole_number(z_plane, 0, most))
    throw Error("is '" + z_plane + "'", "--z-plane", "Give max or a number");
  if (!time_point.empty() && !to_whole_number(time_point, 0, most))
    throw Error("is '" + time_point + "'", "--time-point", "Give its number, as in the images' names");
}

namespace {

// Writes the manifest into `file`; says what the config needs of it.
ConfigContent write_manifest(const ImageListing& listing, const InitOptions& options, const fs::path& file) {
  ConfigContent content;
  content.root = listing.root;
  const bool asked = options.naming == Naming::bbbc021;
  if (options.pattern.empty() && (asked || options.naming == Naming::automatic)) {
    if (const auto screen = bbbc021_screen(listing, content.assumed, content.left_out)) {
      screen::write_native_manifest(file, *screen, listing.root);
      content.channels = screen->channels;
      return content;
    }
    if (asked)
      throw Error("there is no BBBC021_v1_image.csv in the folder", listing.root.string(),
                  "Put it and BBBC021_v1_moa.csv beside the folders of the plates");
  }
  const auto found = put_together(listing, name_planes(listing, options), options);
  const auto made = manifest_of(found, listing.root, options);
  write_csv(file, made.table);
  content.channels = made.channels;
  content.z_plane = made.z_plane;
  for (const auto* part : {&found.assumed, &made.assumed})
    content.assumed.insert(content.assumed.end(), part->begin(), part->end());
  for (const auto* part : {&found.left_out, &made.left_out})
    content.left_out.insert(content.left_out.end(), part->begin(), part->end());
  return content;
}

void name_tables(const ImageListing& listing, const InitOptions& options, ConfigContent& content) {
  if (!options.platemap.empty()) content.platemap = fs::weakly_canonical(options.platemap);
  for (const auto& table : options.compounds)
    content.compounds.push_back(fs::weakly_canonical(table).string());
  const auto barcodes = listing.named("barcode_platemap.csv");
  if (content.platemap.empty() && barcodes.size() == 1) {
    content.platemap = (listing.root / barcodes.front()).parent_path();
    content.assumed.push_back("what wells were given is in " + barcodes.front() +
                              " and the tables beside it");
  }
}

screen::Screen read_back(const fs::path& manifest, const ConfigContent& content) {
  screen::ManifestOptions options;
  options.manifest = manifest;
  options.format = screen::ManifestFormat::native;
  options.image_root = content.root;
  options.channels = content.channels;
  options.z_plane = content.z_plane;
  options.platemap = content.platemap;
  options.compounds = content.compounds;
  return screen::read_manifest(options);
}

// A plate map that was found, not named, may be of other plates.
screen::Screen joined(const fs::path& manifest, const InitOptions& options, ConfigContent& content) {
  try {
    return read_back(manifest, content);
  } catch (const Error& error) {
    if (!options.platemap.empty() || content.platemap.empty()) {
      const bool own = error.where() == manifest.string();  // its name while it is written
      throw Error(error.problem(), own ? options.folder.string() : error.where(), error.remedy());
    }
    content.left_out.push_back("the plate map in " + content.platemap.string() + ": " + error.problem());
    content.assumed.pop_back();
    content.platemap.clear();
    return read_back(manifest, content);
  }
}

// Where no channel has a name that says so.
void find_nuclei(const screen::Screen& screen, GuessedRoles& roles) {
  if (!roles.dna_channel.empty()) return;
  roles.dna_channel = screen.channels.front();
  roles.nuclei_by = NucleiBy::alone;
  if (screen.channels.size() == 1) return;
  const auto seen = guess_nuclei(screen);
  roles.nuclei_by = seen ? NucleiBy::look : NucleiBy::first;
  if (seen) roles.dna_channel = *seen;
}

void say_roles(ConfigContent& content) {
  const auto& roles = content.roles;
  auto& said = content.assumed;
  if (roles.nuclei_by == NucleiBy::look || roles.nuclei_by == NucleiBy::first)
    said.push_back("nuclei are in " + roles.dna_channel +
                   (roles.nuclei_by == NucleiBy::look ? ", by what its images look like"
                                                      : ", the first channel: its images do not tell") +
                   ". This is a guess: see that it is right (dna-channel)");
  if (roles.compound.empty()) {
    said.push_back(
        "each well is a treatment of its own: no column tells what it was given (--platemap, --compounds)");
    return;
  }
  said.push_back("the treatment is " + join(roles.treatment, ", ") + " (" + count_text(roles.treatments) +
                 " different)");
  if (!roles.control.empty()) said.push_back("negative controls have " + roles.control);
}

void check_paths(const ConfigContent& content) {
  std::vector<std::string> paths = content.compounds;
  paths.push_back(content.root.string());
  paths.push_back(content.platemap.string());
  for (const auto& path : paths)
    if (!fits_config(path))
      throw Error("a config file cannot hold this path", path,
                  "It has one of # , \" ${ or a blank at an end: rename the folder, or make a link to it");
}

}  // namespace

InitReport init_screen(const InitOptions& options) {
  options.validate();
  InitReport report;
  report.manifest = options.output / "screen.csv";
  report.config = options.output / "screen.cfg";
  for (const auto& path : {report.manifest, report.config})
    if (!options.overwrite && fs::exists(path))
      throw Error("this file is there already", path.string(),
                  "Name another folder with --output, or give --overwrite");
  const auto listing = list_images(options.folder);
  AtomicFile manifest(report.manifest);
  auto content = write_manifest(listing, options, manifest.path());
  name_tables(listing, options, content);
  check_paths(content);
  const auto screen = joined(manifest.path(), options, content);
  content.roles = guess_roles(screen);
  find_nuclei(screen, content.roles);
  say_roles(content);
  report.fields = screen.fields.size();
  report.wells = screen::wells_of(screen).size();
  report.plates = screen::plates_of(screen).size();
  report.channels = screen.channels;
  report.assumed = content.assumed;
  report.left_out = content.left_out;
  manifest.commit();
  write_file_atomically(report.config, config_text(content));
  return report;
}

}  // namespace cytoscale::discover
