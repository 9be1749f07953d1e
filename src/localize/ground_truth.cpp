#include "localize/ground_truth.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "screen/column_roles.hpp"
#include "screen/field_index.hpp"

namespace cytoscale::localize {
namespace {

constexpr double enough = 0.9;

double covered(const Regions& regions, const TruthBox& box) {
  // Within the field before they are made whole: an edge may be any finite number.
  const auto first = [](double edge, int size) {
    return static_cast<int>(std::ceil(std::clamp(edge, 0.0, static_cast<double>(size))));
  };
  const auto last = [](double edge, int size) {
    return static_cast<int>(std::floor(std::clamp(edge, -1.0, static_cast<double>(size - 1))));
  };
  std::size_t inside = 0, all = 0;
  for (int y = first(box.top, regions.size.height); y <= last(box.bottom, regions.size.height); ++y)
    for (int x = first(box.left, regions.size.width); x <= last(box.right, regions.size.width); ++x) {
      ++all;
      inside += regions.labels[static_cast<std::size_t>(y) * static_cast<std::size_t>(regions.size.width) +
                               static_cast<std::size_t>(x)] != 0;
    }
  return all ? static_cast<double>(inside) / static_cast<double>(all) : 0;
}

}  // namespace

double intersection_over_union(std::span<const std::int32_t> labels, std::span<const std::uint8_t> truth) {
  std::size_t both = 0, either = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    both += labels[i] != 0 && truth[i] != 0;
    either += labels[i] != 0 || truth[i] != 0;
  }
  return either ? static_cast<double>(both) / static_cast<double>(either) : 1;
}

BoxScore score_boxes(const Regions& regions, const std::vector<TruthBox>& boxes) {
  BoxScore score;
  for (const auto& box : boxes) {
    const bool taken = covered(regions, box) >= enough;
    ++(box.target ? (taken ? score.true_positives : score.false_negatives)
                  : (taken ? score.false_positives : score.true_negatives));
  }
  return score;
}

std::map<std::size_t, std::vector<TruthBox>> read_boxes(const std::filesystem::path& csv,
                                                        const std::string& target,
                                                        const screen::Screen& screen) {
  const auto where = csv.string();
  const auto table = read_csv(csv);
  const screen::FieldIndex index(screen, table, where);
  const std::size_t edges[] = {table.column("box_top", where), table.column("box_left", where),
                               table.column("box_bottom", where), table.column("box_right", where)};
  const auto targets = screen::rows_where(table, target, "--truth-target");
  std::map<std::size_t, std::vector<TruthBox>> boxes;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto& cells = table.rows[row];
    const auto field = index.find(cells);
    if (!field) continue;
    double values[4];
    for (std::size_t e = 0; e < 4; ++e) {
      const auto value = to_number(cells[edges[e]]);
      if (!value || !std::isfinite(*value))
        throw Error("'" + cells[edges[e]] + "' is no edge of a box",
                    where + ", line " + std::to_string(row + 2), "Give pixels");
      values[e] = *value;
    }
    boxes[*field].push_back({values[0], values[1], values[2], values[3], targets[row] != 0});
  }
  if (boxes.empty())
    throw Error("no box is in a field of this screen", where, "Check that they belong to these plates");
  return boxes;
}

}  // namespace cytoscale::localize
