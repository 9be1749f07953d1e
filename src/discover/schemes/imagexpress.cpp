// MetaXpress: PLATE/TimePoint_T/[ZStep_Z/]PREFIX_A01_s1_w1[GUID].TIF, with PLATE.HTD beside, whose lines
// "WaveName1", "DAPI" name the channels. Thumbnails (_thumb) are left out by image_listing.hpp.
#include <algorithm>

#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "discover/schemes/schemes.hpp"

namespace cytoscale::discover {
namespace {

ChannelNames channel_names(const ImageListing& listing, std::vector<std::string>& notes) {
  ChannelNames names;
  for (const auto& file : listing.ending_in(".htd")) {
    auto text = read_file(listing.root / file);
    // Of an encoding that is not said: only plain letters can be told.
    std::ranges::replace_if(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '_');
    for (const auto& line : split_list(text, '\n')) {
      const auto comma = line.find(',');
      if (comma == std::string::npos) continue;
      const auto unquoted = [](const std::string& part) { return join(split_list(part, '"'), ""); };
      const auto key = unquoted(line.substr(0, comma));
      if (key.starts_with("WaveName") && key.size() > 8)
        add_channel_name(names, key.substr(8), unquoted(line.substr(comma + 1)), file, notes);
    }
  }
  return names;
}

}  // namespace

Scheme imagexpress_scheme() {
  return {Naming::imagexpress,
          "ImageXpress (MetaXpress)",
          {"[TimePoint_{T}/][ZStep_{Z}/][{Plate}_]{Well}[_s{Site:d}]_w{Channel:d}[{Guid}]"},
          "w",
          channel_names};
}

}  // namespace cytoscale::discover
