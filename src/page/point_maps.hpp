// Treatments and a sample of the cells as points on a plane, by principal components and by t-SNE: what the
// page draws, and what the files below take to Python. Equal results and options give equal numbers for any
// number of threads. Collective: no.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "page/page_options.hpp"
#include "page/results.hpp"
#include "store/anndata/anndata.hpp"

namespace cytoscale::page {

struct Coloring {
  std::string name;                 // "class"
  std::vector<std::string> labels;  // a point each
};

struct PointMap {
  std::string what;            // "treatments"
  profile::Matrix components;  // [n][2 or more, at most 50]: scores along the principal components
  profile::Matrix places;      // [n][2]: t-SNE
  double perplexity = 0, kl_divergence = 0;
  // Of the t-SNE, of the first two components, each by 5 neighbors; nothing where there are too few points.
  std::optional<double> trust, trust_of_components;
  std::vector<Coloring> colorings;
  std::vector<std::string> hovers;  // a point each; empty: points are told by their group
  store::AnnData data;              // X as in the results, obs, and both maps in obsm
};

struct PointMaps {
  Part<PointMap> treatments, cells;
};

// Treatments by profiles scaled to length 1, the negative controls of each batch as a point; cells by
// features that are standardized over the sample.
PointMaps make_point_maps(const Results& results, const PageOptions& options);

inline constexpr const char* map_files[] = {"treatment_map.h5ad", "cell_map.h5ad"};
// Into the folder, each map that there is; files of maps that are not there are removed. Atomic, each.
void write_point_maps(const PointMaps& maps, const std::filesystem::path& folder,
                      const nlohmann::json& provenance);

}  // namespace cytoscale::page
