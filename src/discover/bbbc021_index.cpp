#include "discover/bbbc021_index.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "screen/manifest.hpp"

namespace cytoscale::discover {

std::optional<screen::Screen> bbbc021_screen(const ImageListing& listing, std::vector<std::string>& assumed,
                                             std::vector<std::string>& left_out) {
  std::vector<std::string> tables, moas;
  for (const auto& file : listing.ending_in("bbbc021_v1_image.csv")) tables.push_back(file);
  for (const auto& file : listing.ending_in("bbbc021_v1_moa.csv")) moas.push_back(file);
  if (tables.empty()) return std::nullopt;
  if (tables.size() > 1)
    throw Error("it has several tables of images: " + join(tables, ", "), listing.root.string(), "Leave one");
  screen::ManifestOptions options;
  options.manifest = listing.root / tables.front();
  options.format = screen::ManifestFormat::bbbc021;
  options.image_root = listing.root;
  if (!moas.empty()) options.moa = listing.root / moas.front();
  auto screen = screen::read_manifest(options);
  const auto all = screen.fields.size();
  screen.fields.keep([](const screen::Field& field) {
    return std::ranges::all_of(field.images,
                               [](const auto& image) { return std::filesystem::exists(image.path); });
  });
  if (screen.fields.empty())
    throw Error("no image that " + tables.front() + " lists is in this folder", listing.root.string(),
                "Name the folder into which the archives (Week1_22123 and so on) were unpacked");
  assumed.push_back("the images are those of " + tables.front() +
                    (moas.empty() ? "" : ", their mechanisms those of " + moas.front()));
  if (screen.fields.size() < all)
    left_out.push_back(count_text(all - screen.fields.size()) + " of " + count_text(all) + " fields of " +
                       tables.front() + ", whose images are not here");
  return screen;
}

}  // namespace cytoscale::discover
