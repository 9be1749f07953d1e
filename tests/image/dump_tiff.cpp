// Reads paths ("path" or "path<TAB>page") from standard input, one a line, and writes for each a line of
// text: either "ok HEIGHT WIDTH TYPE BITS PAGES BYTES" followed by that many raw bytes, or "error MESSAGE".
// Used by compare_tiff.py.
#include <cstdio>
#include <iostream>
#include <string>

#include "core/error.hpp"
#include "image/io/read_image.hpp"

namespace {

void dump(const cytoscale::ImageFile& file) {
  try {
    const auto info = cytoscale::image::inspect_image(file);
    const auto raw = cytoscale::image::read_raw(file, cytoscale::image::Values::as_stored);
    if (info.height != raw.height || info.width != raw.width || info.type != raw.type ||
        info.bits != raw.bits) {
      std::printf("error inspect_image and read_raw disagree\n");
      return;
    }
    std::printf("ok %d %d %s %d %d %zu\n", raw.height, raw.width,
                std::string(cytoscale::image::name_of(raw.type)).c_str(), raw.bits, info.pages,
                raw.bytes.size());
    std::fwrite(raw.bytes.data(), 1, raw.bytes.size(), stdout);
  } catch (const cytoscale::Error& error) {
    std::printf("error %s\n", error.what());
  }
}

}  // namespace

int main() {
  std::string line;
  while (std::getline(std::cin, line)) {
    cytoscale::ImageFile file{line, 0};
    if (const auto tab = line.find('\t'); tab != std::string::npos) {
      file = {line.substr(0, tab), std::stoi(line.substr(tab + 1))};
    }
    dump(file);
  }
}
