// The parts of the page, each as HTML. They throw Error where what they show is not there: the page then says
// so in their place. Collective: no.
#pragma once
#include <string>

#include "page/page_options.hpp"
#include "page/point_maps.hpp"
#include "page/results.hpp"

namespace cytoscale::page {

std::string scores_section(const Results& results, const PageOptions& options);
std::string run_section(const Results& results, const PageOptions& options);
std::string plates_section(const Results& results, const PageOptions& options);
std::string quality_section(const Results& results, const PageOptions& options);
std::string fields_section(const Results& results, const PageOptions& options);
std::string training_section(const Results& results, const PageOptions& options);
std::string confusion_section(const Results& results, const PageOptions& options);
std::string sweep_section(const Results& results, const PageOptions& options);
std::string maps_section(const PointMaps& maps);
std::string similarity_section(const Results& results, const PageOptions& options);
std::string neighbors_section(const Results& results, const PageOptions& options);
std::string batch_section(const Results& results, const PageOptions& options);
std::string overlays_section(const Results& results, const PageOptions& options);

}  // namespace cytoscale::page
