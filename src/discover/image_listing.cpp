#include "discover/image_listing.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text/letter_case.hpp"
#include "core/text/text.hpp"
#include "discover/name_pattern.hpp"

namespace cytoscale::discover {
namespace fs = std::filesystem;
namespace {

void list(const fs::path& folder, const std::string& prefix, std::set<fs::path>& seen, ImageListing& found) {
  if (!seen.insert(fs::canonical(folder)).second) return;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (name.starts_with('.')) continue;
    std::error_code broken;  // a link to nothing is no image
    if (entry.is_directory(broken)) {
      list(entry.path(), prefix + name + "/", seen, found);
    } else if (entry.is_regular_file(broken)) {
      auto& list = !is_image_name(name)                                   ? found.others
                   : lower_case(name).find("_thumb") != std::string::npos ? found.left_out
                                                                          : found.images;
      list.push_back(prefix + name);
    }
  }
}

template <typename Holds>
std::vector<std::string> those(const std::vector<std::string>& files, Holds holds) {
  std::vector<std::string> found;
  std::ranges::copy_if(files, std::back_inserter(found),
                       [&](const auto& file) { return holds(lower_case(file.substr(file.rfind('/') + 1))); });
  return found;
}

}  // namespace

std::vector<std::string> ImageListing::named(const std::string& name) const {
  return those(others, [&](const auto& file) { return file == lower_case(name); });
}

std::vector<std::string> ImageListing::ending_in(const std::string& ending) const {
  return those(others, [&](const auto& file) { return file.ends_with(lower_case(ending)); });
}

ImageListing list_images(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw Error(fs::exists(folder) ? "it is no folder" : "there is no such folder", folder.string(),
                "Name the folder that has the images: cytoscale init FOLDER");
  ImageListing found;
  std::set<fs::path> seen;
  try {
    found.root = fs::canonical(folder);
    list(found.root, "", seen, found);
  } catch (const fs::filesystem_error& error) {
    throw Error("the folder cannot be listed (" + error.code().message() + ")", error.path1().string(),
                "Check its permissions");
  }
  for (auto* files : {&found.images, &found.others, &found.left_out}) std::ranges::sort(*files, natural_less);
  if (found.images.empty())
    throw Error(
        "there is no image in this folder: no .tif, .tiff or .png" +
            std::string(found.left_out.empty() ? "" : " but thumbnails"),
        folder.string(),
        "Name the folder that has the images, or export them as TIFF or PNG from the microscope's program");
  return found;
}

}  // namespace cytoscale::discover
