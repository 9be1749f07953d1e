// Points on a plane in colors and shapes of their groups: a map.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace cytoscale::chart {

// Groups in natural order, each with a color and a shape of its own as far as these go: of more groups the
// most frequent; the others are gray, and told by the pointer.
struct Grouping {
  explicit Grouping(const std::vector<std::string>& labels);
  std::vector<std::string> names;  // shown, in natural order
  std::vector<std::size_t> of;     // per label: number in names; names.size(): none of them
  std::size_t others = 0;          // groups without a color of their own
  std::string color(std::size_t group) const;
};

// The mark of a group as it stands in maps and legends, with what a pointer over it is shown.
std::string group_mark(const Grouping& groups, std::size_t group, double x, double y, double radius,
                       const std::string& hover = {});

struct ScatterMap {
  std::string label, across, up;  // what it shows; titles of the axes, which have no numbers
  std::vector<double> x, y;
  std::vector<std::string> groups;  // a label per point
  std::vector<std::string> hovers;  // per point; empty: a pointer is told the group alone
  double side = 380, mark = 3;      // px
};

std::string scatter(const ScatterMap& map);
// As HTML: a list of the groups with their marks.
std::string scatter_legend(const std::vector<std::string>& groups);

}  // namespace cytoscale::chart
