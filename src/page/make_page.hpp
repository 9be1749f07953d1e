// The results of a run as one HTML page that needs neither network nor other files. Equal results and options
// give equal bytes. Collective: no.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "page/sections/sections.hpp"

namespace cytoscale::page {

struct Page {
  std::string html;
  std::vector<std::string> left_out;  // "training: there is no train_log.csv"
  PointMaps maps;                     // that it shows
};

// Parts of which nothing is there are left out, and the page says why.
Page make_page(const Results& results, const PageOptions& options);

}  // namespace cytoscale::page
