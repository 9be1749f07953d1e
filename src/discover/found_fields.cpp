#include "discover/found_fields.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"

namespace cytoscale::discover {
namespace fs = std::filesystem;
namespace {

using Planes = std::vector<PlaneName>;

// The values of Z or T, in natural order.
std::vector<std::string> values_of(const Planes& planes, std::string PlaneName::*axis) {
  std::vector<std::string> values;
  for (const auto& plane : planes) values.push_back(plane.*axis);
  std::ranges::sort(values, natural_less);
  values.erase(std::ranges::unique(values).begin(), values.end());
  return values;
}

struct Axis {
  std::string PlaneName::*value;
  std::string thing, option;  // for messages
  bool middle;                // what is taken where nothing is chosen; else the first
};

// Leaves one value of the axis.
void choose(Planes& planes, const Axis& axis, const std::string& wanted, const std::string& where,
            FoundScreen& found) {
  const auto values = values_of(planes, axis.value);
  if (values.size() < 2) return;
  const auto remedy = "There are " + join_some(values, 12);
  if (wanted == "max")
    throw Error("each " + axis.thing + " is a file of its own, of which one is taken", axis.option, remedy);
  auto taken = values[axis.middle ? (values.size() - 1) / 2 : 0];
  if (!wanted.empty()) {
    if (std::ranges::find(values, wanted) == values.end())
      throw Error("there is no " + axis.thing + " " + wanted + " in " + where, axis.option, remedy);
    taken = wanted;
  }
  const auto before = planes.size();
  std::erase_if(planes, [&](const auto& plane) { return plane.*axis.value != taken; });
  const auto numbers = join_some(values, 12);
  const char* why = !wanted.empty() ? "" : axis.middle ? ", the middle one" : ", the first";
  found.assumed.push_back(axis.thing + " " + taken + why + ", is taken of " + numbers + " (" + axis.option +
                          ")");
  found.left_out.push_back(count_text(before - planes.size()) + " images that are not of " + axis.thing +
                           " " + taken);
}

// The folder of an image without those that microscopes make within one.
fs::path measured_folder(const fs::path& root, const std::string& file) {
  const auto made_by_microscope = [](const std::string& name) {
    return name == "Images" || name == "images" || name.starts_with("TimePoint_") ||
           name.starts_with("ZStep_");
  };
  auto folder = (root / file).parent_path();
  while (made_by_microscope(folder.filename().string())) folder = folder.parent_path();
  return folder;
}

std::string place_of(const PlaneName& plane) {
  return plane.plate + '\n' + well_key(plane.well) + '\n' + plane.site + '\n' + plane.channel;
}

// Whether a plate's name is not one plate's: two images would be one channel of one field; or, where a folder
// is a plate (`one_folder`), as many people give all their plates one prefix, it occurs in several.
bool names_clash(const Planes& planes, const fs::path& root, bool one_folder) {
  std::map<std::string, fs::path> places, plates;
  return std::ranges::any_of(planes, [&](const auto& plane) {
    const auto folder = measured_folder(root, plane.file);
    const auto place = places.emplace(place_of(plane), folder).first,
               plate = plates.emplace(plane.plate, folder).first;
    return place->second != folder || (one_folder && plate->second != folder);
  });
}

void name_plates(Planes& planes, const fs::path& root, bool one_folder, FoundScreen& found) {
  bool by_folder = false;
  for (auto& plane : planes) {
    if (!plane.plate.empty()) continue;
    plane.plate = plate_of_folder(root, plane.file);
    by_folder = true;
  }
  if (names_clash(planes, root, one_folder)) {
    for (auto& plane : planes) plane.plate = plate_of_folder(root, plane.file);
    by_folder = true;
  }
  if (by_folder) found.assumed.push_back("plates are named by their folders");
  if (!names_clash(planes, root, one_folder)) return;
  for (auto& plane : planes) {
    const auto folder = measured_folder(root, plane.file);
    plane.plate = folder == root ? root.filename().string() : folder.lexically_relative(root).string();
    std::ranges::replace(plane.plate, '/', '_');
  }
  found.assumed.back() += ", by the whole path, since a name occurs in several";
}

void name_channels(Planes& planes, const ChannelNames& names, const std::string& prefix, FoundScreen& found) {
  std::vector<std::string> numbers = values_of(planes, &PlaneName::channel);
  std::map<std::string, std::string> called;
  std::set<std::string> used;
  for (const auto& number : numbers) {
    const auto zero = number.find_first_not_of('0');
    const auto at = names.find(zero == std::string::npos ? number : number.substr(zero));
    auto name =
        at == names.end() || at->second.empty() ? (number.empty() ? "" : prefix + number) : at->second;
    std::ranges::replace_if(
        name, [](char c) { return std::string_view("/\\,;#=\"").find(c) != std::string_view::npos; }, '_');
    if (!used.insert(name).second) name += "_" + prefix + number;
    used.insert(name);
    found.channels.push_back(name);
    called[number] = name;
  }
  for (auto& plane : planes) plane.channel = called[plane.channel];
  if (!prefix.empty() && names.empty())
    found.assumed.push_back("no index file names the channels: they are called " +
                            join(found.channels, ", "));
}

void gather(const Planes& planes, const fs::path& root, FoundScreen& found) {
  std::map<std::string, FoundField> fields;
  std::set<std::string> columns;
  for (const auto& plane : planes) {
    auto& field = fields[plane.plate + '\n' + well_key(plane.well) + '\n' + plane.site];
    if (field.files.empty()) field = {plane.plate, plane.well, plane.site, plane.metadata, {}};
    const auto [at, fresh] = field.files.emplace(plane.channel, plane.file);
    if (!fresh)
      throw Error("two images are channel " + plane.channel + " of well " + plane.well + ", site " +
                      plane.site + " of plate " + plane.plate + ": " + at->second + " and " + plane.file,
                  root.string(), "Name a folder that has one of them, or tell them apart with --pattern");
    for (const auto& [name, value] : plane.metadata) columns.insert(name);
  }
  found.metadata_columns.assign(columns.begin(), columns.end());
  std::vector<std::string> lacking;
  for (auto& [key, field] : fields) {
    if (field.files.size() == found.channels.size())
      found.fields.push_back(std::move(field));
    else
      lacking.push_back("plate " + field.plate + ", well " + field.well + ", site " + field.site);
  }
  if (!lacking.empty())
    found.left_out.push_back(count_text(lacking.size()) + " fields that lack a channel of " +
                             join(found.channels, ", ") + ": " + join_some(lacking, 3, "; "));
  if (found.fields.empty())
    throw Error("no field has an image of each of the channels " + join(found.channels, ", "), root.string(),
                "Say with --pattern which part of a name is the channel");
  std::ranges::sort(found.fields, [](const auto& a, const auto& b) {
    if (a.plate != b.plate) return natural_less(a.plate, b.plate);
    if (a.well != b.well) return natural_less(a.well, b.well);
    return natural_less(a.site, b.site);
  });
}

}  // namespace

std::string plate_of_folder(const fs::path& root, const std::string& file) {
  auto name = measured_folder(root, file).filename().string();
  const auto harmony = name.find("__");
  if (harmony != std::string::npos && harmony > 0 && name.find("Measurement") != std::string::npos)
    name.erase(harmony);
  return name.empty() ? "plate" : name;
}

FoundScreen put_together(const ImageListing& listing, NamedImages named, const InitOptions& options) {
  FoundScreen found;
  auto& planes = named.planes;
  const auto where = listing.root.string();
  found.assumed.push_back("names are those of " + named.scheme.title);
  choose(planes, {&PlaneName::t, "point in time", "--time-point", false}, options.time_point, where, found);
  choose(planes, {&PlaneName::z, "focal plane", "--z-plane", true}, options.z_plane, where, found);
  const auto naming = named.scheme.naming;
  const bool one_folder =
      naming == Naming::phenix || naming == Naming::imagexpress || naming == Naming::cellvoyager;
  name_plates(planes, listing.root, one_folder, found);
  std::vector<std::string> notes;
  const auto names = named.scheme.channel_names ? named.scheme.channel_names(listing, notes) : ChannelNames();
  found.assumed.insert(found.assumed.end(), notes.begin(), notes.end());
  name_channels(planes, names, named.scheme.channel_prefix, found);
  gather(planes, listing.root, found);
  if (!named.strange.empty())
    found.left_out.push_back(count_text(named.strange.size()) +
                             " images with other names: " + join_some(named.strange, 3));
  if (!listing.left_out.empty())
    found.left_out.push_back(count_text(listing.left_out.size()) +
                             " thumbnails: " + join_some(listing.left_out, 3));
  return found;
}

}  // namespace cytoscale::discover
