// Names one plane on disk: a page of a TIFF file, or a PNG.
#pragma once
#include <compare>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace cytoscale {

// Which of a stack's focal planes is taken.
inline constexpr int no_z_plane = -1;  // none was chosen: a file that has several is refused
inline constexpr int brightest_z = 0;  // the largest value of each pixel over all of them
// 1, 2, …: that plane, counted from 1 as microscopes do

// How the plane is found in a file that has several pages, where no page is named.
struct PlaneChoice {
  std::vector<std::string> channels;  // that the manifest takes from one file, in its order
  std::size_t position = 0;           // in these
  int z = no_z_plane;
  bool operator==(const PlaneChoice&) const = default;
};

struct ImageFile {
  std::filesystem::path path;
  int page = 0;                                    // 0-based
  std::shared_ptr<const PlaneChoice> choice = {};  // nothing: the page as it is named
  bool operator==(const ImageFile& other) const {
    return path == other.path && page == other.page &&
           (choice == other.choice || (choice && other.choice && *choice == *other.choice));
  }
};

}  // namespace cytoscale
