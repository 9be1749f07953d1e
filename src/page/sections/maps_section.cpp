// Treatments and cells on a plane: principal components and t-SNE.
#include <fmt/format.h>

#include <set>

#include "chart/scatter.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

// A coloring of one color tells nothing.
bool tells(const Coloring& coloring) {
  return std::set<std::string>(coloring.labels.begin(), coloring.labels.end()).size() > 1;
}

std::string map_of(const PointMap& points, const profile::Matrix& places, const Coloring& coloring,
                   const std::string& across, const std::string& up) {
  chart::ScatterMap map;
  map.label = points.what + " by " + coloring.name;
  map.across = across, map.up = up;
  map.side = 470, map.mark = points.hovers.empty() ? 2 : 4;
  for (Eigen::Index i = 0; i < places.rows(); ++i)
    map.x.push_back(places(i, 0)), map.y.push_back(places(i, 1));
  map.groups = coloring.labels, map.hovers = points.hovers;
  return "<figure>" + chart::scatter(map) + "</figure>";
}

std::string html_of(const PointMap& points, const std::string& group) {
  std::vector<View> shown;
  for (const auto& coloring : points.colorings)
    if (tells(coloring))
      shown.push_back(
          {"by " + coloring.name, "<div class=\"row\">" +
                                      map_of(points, points.components, coloring, "first principal component",
                                             "second principal component") +
                                      map_of(points, points.places, coloring, "t-SNE 1", "t-SNE 2") +
                                      "</div>" + chart::scatter_legend(coloring.labels)});
  if (shown.empty()) throw Error("all " + points.what + " have one class, batch and plate");
  auto text = fmt::format("t-SNE: exact, perplexity {:.3g}, KL divergence {:.3f}", points.perplexity,
                          points.kl_divergence);
  if (points.trust)
    text += fmt::format(", trustworthiness (5 neighbors) {:.3f}; of the principal components {:.3f}",
                        *points.trust, *points.trust_of_components);
  return views(group, shown) + note(text + ". Distances between far groups of a t-SNE map mean little.");
}

template <typename Make>
std::string part(const std::string& title, const Make& make) {
  try {
    return heading(title) + make();
  } catch (const Error& error) {
    return heading(title) + "<p class=\"absent\">" + escaped(std::string("Left out: ") + error.what()) +
           "</p>\n";
  }
}

}  // namespace

std::string maps_section(const PointMaps& maps) {
  if (!maps.treatments && !maps.cells) maps.treatments.get();
  return part("Treatments",
              [&] {
                return note(
                           "Profiles scaled to length 1, since treatments are compared by cosine similarity. "
                           "The "
                           "controls of each batch are a point.") +
                       html_of(maps.treatments.get(), "map-of-treatments");
              }) +
         part("Cells", [&] {
           const auto& cells = maps.cells.get();
           return note(fmt::format("{} cells drawn at random, features standardized.", cells.places.rows())) +
                  html_of(cells, "map-of-cells");
         });
}

}  // namespace cytoscale::page
