// What lies in a folder and the folders in it: images, and the files in which microscopes say more of them.
// Collective: no.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace cytoscale::discover {

struct ImageListing {
  std::filesystem::path root;       // absolute
  std::vector<std::string> images;  // .tif, .tiff, .png; relative to the root, with slashes, in natural order
  std::vector<std::string> others;  // names of other files, the same
  std::vector<std::string> left_out;  // thumbnails (_thumb in the name)
  // The others of this name, or with this ending, in any case.
  std::vector<std::string> named(const std::string& name) const;
  std::vector<std::string> ending_in(const std::string& ending) const;
};

// Hidden files and folders are skipped; links to folders are followed, each folder once. Throws Error: no
// such folder, one that cannot be read, no image in it.
ImageListing list_images(const std::filesystem::path& folder);

}  // namespace cytoscale::discover
