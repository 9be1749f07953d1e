// How alike treatments are, in the order of a clustering.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart/heat_map.hpp"
#include "chart/scatter.hpp"
#include "evaluate/maps/linkage.hpp"
#include "evaluate/maps/tsne.hpp"
#include "image/io/png.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

constexpr std::size_t most_treatments = 700, most_names = 70;
constexpr double strip = 10;           // px, of the classes' marks or colors
constexpr double least_for_marks = 9;  // px, of a row

std::array<std::array<std::uint8_t, 3>, 256> palette() {
  std::array<std::array<std::uint8_t, 3>, 256> colors{};
  for (std::size_t i = 0; i < 256; ++i) {
    const auto color = chart::color_of(chart::Scale::diverging, static_cast<double>(i) / 255);
    colors[i] = {color.red, color.green, color.blue};
  }
  return colors;
}

std::string picture(const profile::Matrix& similarity, const std::vector<std::size_t>& order) {
  std::vector<std::uint8_t> pixels;
  for (const auto r : order)
    for (const auto c : order)
      pixels.push_back(static_cast<std::uint8_t>(std::lround(
          127.5 * (1 + std::clamp(similarity(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)),
                                  -1.0, 1.0)))));
  const auto n = static_cast<int>(order.size());
  const auto colors = palette();
  return image::png_of_palette(n, n, pixels, colors);
}

// For the page's script: names in order, and the colors by their numbers.
std::string told(const evaluate::TreatmentSet& set, const std::vector<std::size_t>& order) {
  auto names = nlohmann::json::array();
  for (const auto i : order)
    names.push_back(set.name[i] + (set.moa[i].empty() ? "" : " (" + set.moa[i] + ")"));
  std::string colors;
  for (const auto& color : palette())
    colors += fmt::format("{}{:02x}{:02x}{:02x}", colors.empty() ? "" : ",", color[0], color[1], color[2]);
  return fmt::format("data-names=\"{}\" data-palette=\"{}\"",
                     escaped(names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)), colors);
}

}  // namespace

std::string similarity_section(const Results& results, const PageOptions&) {
  const auto& set = results.wells.get().treatments;
  const auto n = set.size();
  if (n < 3) throw Error("there are fewer than three treatments beside the controls");
  if (n > most_treatments)
    throw Error(fmt::format("{} treatments are more than the {} that a picture shows", n, most_treatments));
  const auto unit = evaluate::unit_rows(set.values);
  profile::Matrix similarity = unit * unit.transpose();
  similarity = (0.5 * (similarity + profile::Matrix(similarity.transpose()))).eval();
  const auto order = evaluate::average_linkage_order((1 - similarity.array()).matrix());
  const bool named = n <= most_names;
  double longest = 0;
  if (named)
    for (const auto& name : set.name)
      longest = std::max(longest, 7.4 * static_cast<double>(std::min<std::size_t>(name.size(), 40)));
  const double side = named ? std::max(420.0, 13.0 * static_cast<double>(n)) : 620,
               pitch = side / static_cast<double>(n);
  const double left = longest + 10 + strip + 4;
  const chart::Grouping classes(set.moa);
  auto svg = fmt::format(
      "<image class=\"pixels\" x=\"{0}\" y=\"0\" width=\"{1}\" height=\"{1}\" href=\"{2}\" "
      "style=\"image-rendering:pixelated\"/>\n",
      chart::px(left), chart::px(side), data_uri("image/png", picture(similarity, order)));
  for (std::size_t k = 0; k < n; ++k) {
    const auto i = order[k];
    const double y = pitch * static_cast<double>(k);
    const auto name = set.name[i] + (set.moa[i].empty() ? "" : ", " + set.moa[i]);
    if (pitch >= least_for_marks)
      svg += chart::group_mark(classes, classes.of[i], left - strip / 2 - 3, y + pitch / 2, 4, name);
    else  // too low for the shapes of marks: their colors
      svg += chart::mark(
          fmt::format("<rect x=\"{:.1f}\" y=\"{:.2f}\" width=\"{:.0f}\" height=\"{:.2f}\" fill=\"{}\"",
                      left - strip - 3, y, strip, pitch, classes.color(classes.of[i])),
          name);
    if (named) svg += chart::text_at(left - strip - 8, y + pitch / 2 + 4, chart::Anchor::end, set.name[i]);
  }
  return fmt::format("<figure {}>", told(set, order)) +
         chart::drawing(left + side, side, svg, "similarity of treatments") +
         "<p class=\"told\">Point at a pair for its names and value.</p>" +
         chart::color_bar(-1, 1, chart::Scale::diverging, "cosine similarity") +
         "<figcaption>Rows and columns in the order of a clustering (average linkage of 1 − similarity); "
         "beside them "
         "the classes.</figcaption></figure>\n" +
         chart::scatter_legend(set.moa);
}

}  // namespace cytoscale::page
