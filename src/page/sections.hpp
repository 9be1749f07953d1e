// The parts of the page, each as HTML. They throw Error where what they show is not there: the page then says
// so in their place. Collective: no.
#pragma once
#include <map>
#include <string>

#include "page/results.hpp"

namespace cytoscale::page {

struct PageOptions {
  int fields = 6;          // pictures of segmented fields
  int cells = 1000;        // sampled for the map of cells; 0: no such map
  double perplexity = 30;  // of t-SNE
  std::uint64_t seed = 1;  // of what is sampled
  int threads = 1;
  // Options as they are where nobody sets them, by job and key.
  std::map<std::string, nlohmann::json> defaults = {};
  void validate() const;  // throws Error
};

std::string scores_section(const Results& results, const PageOptions& options);
std::string run_section(const Results& results, const PageOptions& options);
std::string plates_section(const Results& results, const PageOptions& options);
std::string fields_section(const Results& results, const PageOptions& options);
std::string training_section(const Results& results, const PageOptions& options);
std::string confusion_section(const Results& results, const PageOptions& options);
std::string sweep_section(const Results& results, const PageOptions& options);
std::string maps_section(const Results& results, const PageOptions& options);
std::string similarity_section(const Results& results, const PageOptions& options);
std::string neighbors_section(const Results& results, const PageOptions& options);
std::string batch_section(const Results& results, const PageOptions& options);
std::string overlays_section(const Results& results, const PageOptions& options);

}  // namespace cytoscale::page
