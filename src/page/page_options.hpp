// What a page shows.
#pragma once
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace cytoscale::page {

struct PageOptions {
  int fields = 6;          // pictures of segmented fields
  int cells = 1000;        // sampled for the map of cells; 0: no such map
  double perplexity = 30;  // of t-SNE
  std::uint64_t seed = 1;  // of what is sampled
  double pixel_um = 0;     // of scale bars; 0: what the images say, else bars are in px
  std::string masks = {};  // pattern of the label masks that segment was given, for outlines; empty: none
  int threads = 1;
  // Options as they are where nobody sets them, by job and key.
  std::map<std::string, nlohmann::json> defaults = {};
  void validate() const;  // throws Error
};

}  // namespace cytoscale::page
