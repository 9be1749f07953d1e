#include "image/segment/cell_labels.hpp"

#include <utility>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::image {

CellLabels labels_of_cells(LabelMask mask, std::span<const float> y, std::span<const float> x,
                           const std::filesystem::path& path) {
  const Plane any(mask.height, mask.width);  // places alone are asked for
  auto found = measure_labels(std::move(mask), any);
  CellLabels cells{found.height, found.width, std::move(found.labels), {}};
  std::vector<char> taken(found.nuclei.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::pair place(y[i], x[i]);
    auto at = std::lower_bound(
        found.nuclei.begin(), found.nuclei.end(), place,
        [](const Nucleus& nucleus, const auto& sought) { return std::pair(nucleus.y, nucleus.x) < sought; });
    const auto number = [&] { return static_cast<std::size_t>(at - found.nuclei.begin()); };
    while (at != found.nuclei.end() && taken[number()]) ++at;  // of one center: each is another cell's
    if (at == found.nuclei.end() || std::pair(at->y, at->x) != place)
      throw Error("the mask has no cell whose center is at y " + number_text(y[i]) + ", x " +
                      number_text(x[i]) + ", where the cell table has one",
                  path.string(), "Give the masks with which segment was run, or run it again with these");
    taken[number()] = 1;
    cells.of_cell.push_back(static_cast<std::int32_t>(number()) + 1);
  }
  return cells;
}

}  // namespace cytoscale::image
