// Which pages of a file are a channel's plane, by what the file says of them: OME-XML (image/io/ome_xml.hpp),
// or ImageJ's description of a hyperstack (channels, slices, frames; the channel changes fastest).
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/image_file.hpp"

namespace cytoscale::image {

// What a file says of its pages.
struct StackInfo {
  int pages = 0;
  // The rest is empty where the file says nothing: pages are pages.
  bool described = false;
  int z = 1, t = 1;                         // planes of a channel, points in time
  std::vector<std::string> channels = {};   // names as the file has them, "" where there is none
  std::vector<std::vector<int>> page = {};  // [channel][z] of the first point in time
  int significant_bits = 0;                 // 0: not said
  std::optional<double> pixel_um = {};      // size of a pixel in micrometers
};

// `description`: of the first page; `file`: its name, by which OME-XML over several files tells its planes.
// Throws Error: a description that cannot be right, several images (series) in one file.
StackInfo describe_stack(const std::string& description, int pages, const std::filesystem::path& file);

// Of a TIFF on disk. Throws Error also where it cannot be read.
StackInfo inspect_stack(const std::filesystem::path& tiff);

// The pages that are the channel's plane; several: their largest value is taken. A channel is found by its
// name in any case, or where none of the names is known and their number fits, by its place. Throws Error
// naming the pages there are and the remedy: several focal planes and none chosen, a channel that is not
// there, pages that are not the channels.
std::vector<int> choose_pages(const StackInfo& stack, const PlaneChoice& choice,
                              const std::filesystem::path& file);

}  // namespace cytoscale::image
