// The headers of all images of a screen, read before cluster time is spent on them. No pixels are decoded.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "image/io/read_image.hpp"
#include "screen/screen.hpp"

namespace cytoscale::preflight {

struct ImageHeader {
  std::uint64_t bytes = 0;               // of the file; 0: it cannot be read
  std::optional<image::ImageInfo> info;  // absent: there is a problem
  std::string problem;                   // names the file; empty: none
};

// [field][channel], as Screen::fields and Screen::channels.
using ScreenHeaders = std::vector<std::vector<ImageHeader>>;

// A file that cannot be read is a problem in its header. A field whose files do not answer within `timeout_s`
// is given up: its first header says so, the others stay empty. Throws Error where so many threads cannot be
// started. Collective: no.
ScreenHeaders read_headers(const std::shared_ptr<const screen::Screen>& screen, int threads,
                           double timeout_s = 60);

}  // namespace cytoscale::preflight
