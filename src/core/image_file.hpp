// Names one plane on disk: a page of a TIFF file. Page 0 for a file per channel.
#pragma once
#include <compare>
#include <filesystem>

namespace cytoscale {

struct ImageFile {
  std::filesystem::path path;
  int page = 0;  // 0-based
  auto operator<=>(const ImageFile&) const = default;
};

}  // namespace cytoscale
