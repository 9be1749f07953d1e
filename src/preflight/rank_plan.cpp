#include "preflight/rank_plan.hpp"

#include <algorithm>
#include <set>

#include "core/text/text.hpp"
#include "screen/plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::preflight {
namespace {

constexpr std::size_t most_lines = 64;  // of ranks

// Each field is a group.
Load load_of(const screen::GroupRanges& fields, const screen::PlateIndex& plate, const ScreenHeaders& headers,
             const std::vector<double>& cells) {
  Load load;
  std::set<PlateId> plates;
  for (const auto& range : fields)
    for (auto field = range.first; field < range.last; ++field) {
      plates.insert(plate[field]);
      load.cells += cells[field];
      load.bytes += static_cast<double>(headers.bytes(field));
    }
  load.plates = plates.size();
  load.fields = screen::count_groups(fields);
  return load;
}

std::string line_of(const std::string& who, const Load& load) {
  return "  " + who + std::string(who.size() < 12 ? 12 - who.size() : 1, ' ') + std::to_string(load.plates) +
         " plates, " + count_text(load.fields) + " fields, " +
         count_text(static_cast<std::uint64_t>(load.cells)) + " cells, " + bytes_text(load.bytes) + "\n";
}

}  // namespace

FieldCounts cells_per_field(const screen::Screen& screen, const std::filesystem::path& output,
                            double expected) {
  const auto path = output / "cells.h5";
  if (std::filesystem::exists(path)) {
    const auto table = store::read_cell_table(path);
    if (table.fields() == screen.fields.size() && table.screen_fingerprint == screen.fingerprint()) {
      FieldCounts counts{{}, true};
      for (FieldId f; f < table.fields(); ++f) counts.cells.push_back(static_cast<double>(table.cells_of(f)));
      return counts;
    }
  }
  return {std::vector<double>(screen.fields.size(), expected), false};
}

RankPlan plan_ranks(const screen::Screen& screen, const ScreenHeaders& headers,
                    const std::vector<double>& cells, int ranks) {
  const auto plates = screen::plates_of(screen);
  const screen::PlateIndex plate(plates);
  const auto count = screen.fields.size();
  const auto shards = screen::plan_shards(
      plates, screen::FieldGroups(count), [](FieldId) { return 1.0; }, ranks);
  RankPlan plan;
  plan.plates = plates.size();
  plan.wells = screen::wells_of(screen).size();
  plan.channels = screen.channels;
  plan.all = load_of({{0, count}}, plate, headers, cells);
  for (const auto& own : shards.own) plan.ranks.push_back(load_of(own, plate, headers, cells));
  plan.tail = load_of(shards.tail, plate, headers, cells);
  return plan;
}

std::string text_of(const RankPlan& plan) {
  std::string text = "screen: " + std::to_string(plan.plates) + " plates, " + count_text(plan.wells) +
                     " wells, " + count_text(plan.all.fields) + " fields, channels " +
                     join(plan.channels, ", ") + "\nplan for " + std::to_string(plan.ranks.size()) +
                     (plan.ranks.size() == 1 ? " rank:\n" : " ranks:\n");
  if (plan.ranks.size() > most_lines) {
    const auto [least, most] =
        std::minmax_element(plan.ranks.begin(), plan.ranks.end(),
                            [](const Load& a, const Load& b) { return a.fields < b.fields; });
    text += line_of("least", *least) + line_of("most", *most);
  } else {
    for (std::size_t rank = 0; rank < plan.ranks.size(); ++rank)
      text += line_of("rank " + std::to_string(rank), plan.ranks[rank]);
  }
  if (plan.tail.fields > 0) text += line_of("shared tail", plan.tail);
  return text;
}

}  // namespace cytoscale::preflight
