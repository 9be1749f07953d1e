#include "chart/scatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "chart/axes.hpp"
#include "chart/palette.hpp"
#include "chart/svg.hpp"
#include "core/text/text.hpp"

namespace cytoscale::chart {
namespace {

constexpr std::size_t shapes = 4;  // disc, square, triangle, diamond

// The outline of a mark as a path of its own, to be filled.
std::string glyph(std::size_t shape, double x, double y, double r) {
  switch (shape % shapes) {
    case 0:
      return fmt::format("M{} {}a{r} {r} 0 1 0 {d} 0a{r} {r} 0 1 0 -{d} 0", px(x - r), px(y),
                         fmt::arg("r", px(r)), fmt::arg("d", px(2 * r)));
    case 1:
      return fmt::format("M{} {}h{d}v{d}h-{d}z", px(x - r), px(y - r), fmt::arg("d", px(2 * r)));
    case 2:
      return fmt::format("M{} {}l{} {h}h-{d}z", px(x), px(y - r), px(r), fmt::arg("h", px(2 * r)),
                         fmt::arg("d", px(2 * r)));
    default:
      return fmt::format("M{} {}l{r} {r}l-{r} {r}l-{r} -{r}z", px(x), px(y - r * 1.2),
                         fmt::arg("r", px(r * 1.2)));
  }
}

std::size_t shape_of(std::size_t group, std::size_t groups) {
  return group >= groups ? 0 : group / group_colors;
}

}  // namespace

Grouping::Grouping(const std::vector<std::string>& labels) {
  std::map<std::string, std::size_t> counts;
  for (const auto& label : labels) ++counts[label];
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [name, count] : counts)
    if (!name.empty()) order.emplace_back(count, name);
  std::stable_sort(order.begin(), order.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto shown = std::min(order.size(), shapes * group_colors);
  others = order.size() - shown;
  for (std::size_t i = 0; i < shown; ++i) names.push_back(order[i].second);
  std::sort(names.begin(), names.end(), [](const auto& a, const auto& b) { return natural_less(a, b); });
  std::map<std::string, std::size_t> numbers;
  for (std::size_t i = 0; i < names.size(); ++i) numbers[names[i]] = i;
  for (const auto& label : labels) {
    const auto at = numbers.find(label);
    of.push_back(at == numbers.end() ? names.size() : at->second);
  }
}

std::string Grouping::color(std::size_t group) const {
  return group < names.size() ? group_color(group) : no_group;
}

std::string group_mark(const Grouping& groups, std::size_t group, double x, double y, double radius,
                       const std::string& hover) {
  return mark(fmt::format("<path fill=\"{}\" d=\"{}\"", groups.color(group),
                          glyph(shape_of(group, groups.names.size()), x, y, radius)),
              hover);
}

std::string scatter(const ScatterMap& map) {
  if (map.x.empty()) return {};
  const Frame frame{
      30, 8, map.side - 40, map.side - 40, axis_around(map.x, map.across), axis_around(map.y, map.up)};
  const Grouping groups(map.groups);
  auto svg = frame.svg(false);
  std::vector<std::string> paths(groups.names.size() + 1);
  for (std::size_t i = 0; i < map.x.size(); ++i) {
    const auto group = groups.of[i];
    const auto path =
        glyph(shape_of(group, groups.names.size()), frame.x(map.x[i]), frame.y(map.y[i]), map.mark);
    if (map.hovers.empty())
      paths[group] += path;
    else
      svg += mark(fmt::format("<path fill=\"{}\" d=\"{}\"", groups.color(group), path), map.hovers[i]);
  }
  for (std::size_t g = paths.size(); g-- > 0;)  // those of no group beneath the others
    if (!paths[g].empty())
      svg += mark(fmt::format("<path fill=\"{}\" fill-opacity=\".65\" d=\"{}\"", groups.color(g), paths[g]),
                  g < groups.names.size() ? groups.names[g] : "others");
  return drawing(map.side, map.side - 12, svg, map.label);
}

std::string scatter_legend(const std::vector<std::string>& labels) {
  const Grouping groups(labels);
  std::string html = "<ul class=\"legend\">";
  const auto entry = [&](std::size_t group, const std::string& text) {
    html += "<li><svg width=\"12\" height=\"12\" aria-hidden=\"true\">" + group_mark(groups, group, 6, 6, 4) +
            "</svg>" + escaped(text) + "</li>";
  };
  for (std::size_t i = 0; i < groups.names.size(); ++i) entry(i, groups.names[i]);
  if (groups.others > 0) entry(groups.names.size(), std::to_string(groups.others) + " more");
  return html + "</ul>\n";
}

}  // namespace cytoscale::chart
