// Images put together to fields: one focal plane, one point in time, one plate for each folder of images.
// Collective: no.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "discover/plane_names.hpp"

namespace cytoscale::discover {

struct FoundField {
  std::string plate, well, site;
  std::map<std::string, std::string> metadata;  // Metadata_NAME
  std::map<std::string, std::string> files;     // by channel; one with the key "": its pages are the channels
};

struct FoundScreen {
  std::vector<std::string> channels;          // in the order of their numbers; {""}: pages of each file
  std::vector<std::string> metadata_columns;  // beside plate, well and site
  std::vector<FoundField> fields;             // each with all channels; plates, wells, sites in natural order
  std::vector<std::string> assumed, left_out;  // lines for people
};

// Of several focal planes in files of their own the middle one is taken, of several points in time the first,
// where the options choose none. Fields that lack a channel are left out. Throws Error: a plane or time that
// is not there, two images for one channel of a field, no field with all channels.
FoundScreen put_together(const ImageListing& listing, NamedImages named, const InitOptions& options);

// A plate's name from the folders of an image: the last that is not one of those which microscopes make
// (Images, TimePoint_1, ZStep_1), without Harmony's "__DATE-Measurement N".
std::string plate_of_folder(const std::filesystem::path& root, const std::string& file);

}  // namespace cytoscale::discover
