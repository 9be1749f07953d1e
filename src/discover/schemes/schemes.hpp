// How microscopes name their images: patterns, and where the names of channels stand. Each has a file.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "discover/image_listing.hpp"
#include "discover/init_options.hpp"

namespace cytoscale::discover {

// Of a channel's number in the names, as an index file of the microscope gives them.
using ChannelNames = std::map<std::string, std::string>;

struct Scheme {
  Naming naming;
  std::string title;                  // for messages
  std::vector<std::string> patterns;  // the first that matches counts; [ ] is a part that may be absent
  std::string channel_prefix = {};    // before the number of a channel without a name
  // Reads the index files; empty: there are none. Throws Error: one that cannot be read. What is odd about
  // them is added to the notes.
  ChannelNames (*channel_names)(const ImageListing& listing, std::vector<std::string>& notes) = nullptr;
};

Scheme phenix_scheme();       // PerkinElmer/Revvity Opera Phenix, Operetta (Harmony): Index.idx.xml
Scheme imagexpress_scheme();  // Molecular Devices ImageXpress (MetaXpress): PLATE.HTD
Scheme cellvoyager_scheme();  // Yokogawa CV7000, CV8000: the .mes file
Scheme incell_scheme();       // GE/Cytiva IN Cell Analyzer: all is in the names
Scheme bbbc013_scheme();      // BBBC013, CellProfiler's ExampleSBSImages
Scheme plain_scheme();        // plate, well and site; channels by name or as pages

// In the order in which they are tried.
std::vector<Scheme> all_schemes();

// Puts names in place of numbers from several files of a plate's folder; files that disagree are noted, and
// the number then keeps no name.
void add_channel_name(ChannelNames& names, const std::string& number, const std::string& name,
                      const std::string& where, std::vector<std::string>& notes);

}  // namespace cytoscale::discover
