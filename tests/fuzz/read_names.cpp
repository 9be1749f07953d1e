// Patterns of image names, and index files of microscopes: the first line is a pattern, the second a path,
// the rest an index.
#include <algorithm>

#include "discover/name_pattern.hpp"
#include "discover/plane_names.hpp"
#include "target.hpp"

namespace cytoscale::fuzz {

void read_names_input(std::string_view input) {
  const auto line = [&input] {
    const auto end = std::min(input.find('\n'), input.size());
    const std::string text(input.substr(0, end));
    input.remove_prefix(std::min(end + 1, input.size()));
    return text;
  };
  const auto pattern = line(), path = line();
  discover::NamePattern(pattern, "--pattern").match(path);
  discover::ImageListing listing{.root = scratch_folder(), .images = {path}, .others = {}, .left_out = {}};
  const auto named = discover::name_planes(listing, {});
  if (!named.scheme.channel_names) return;
  for (const char* name : {"Index.idx.xml", "x.mes", "x.htd"})
    listing.others.push_back(scratch_file(name, input).filename());
  std::vector<std::string> notes;
  named.scheme.channel_names(listing, notes);
}

std::vector<Seed> names_seeds() {
  return {{"usual", "{Plate}/{Well}_s{Site}_{Channel}.tif\nP/A01_s1_w1.tif\n\"WaveName1\", \"DAPI\"\n"},
          {"harmony",
           "r{Row}c{Column}{}\nr01c02f01p01-ch1sk1fk1fl1.tiff\n<a><Image><ChannelID>1</ChannelID>"
           "<ChannelName>DNA</ChannelName></Image></a>"},
          {"cellvoyager",
           "{A}{B}{C:d}{Well}\nP_A01_T0001F001L01A01Z01C01.tif\n<b:Channel b:Ch=\"1\" b:Target=\"x\"/>"}};
}

}  // namespace cytoscale::fuzz
