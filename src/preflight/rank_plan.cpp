#include "preflight/rank_plan.hpp"

#include <set>

#include "core/text/text.hpp"
#include "screen/plan.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::preflight {
namespace {

Load load_of(const std::vector<FieldId>& fields, const screen::Screen& screen, const ScreenHeaders& headers,
             const std::vector<double>& cells) {
  Load load;
  std::set<std::string> plates;
  for (const auto field : fields) {
    plates.insert(screen.fields[field].plate);
    load.cells += cells[field];
    for (const auto& header : headers[field]) load.bytes += static_cast<double>(header.bytes);
  }
  load.plates = plates.size();
  load.fields = fields.size();
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
  const auto shards = screen::plan_shards(screen, ranks);
  std::vector<FieldId> all;
  for (FieldId f; f < screen.fields.size(); ++f) all.push_back(f);
  RankPlan plan;
  plan.plates = screen::plates_of(screen).size();
  plan.wells = screen::wells_of(screen).size();
  plan.channels = screen.channels;
  plan.all = load_of(all, screen, headers, cells);
  for (const auto& fields : shards.fields) plan.ranks.push_back(load_of(fields, screen, headers, cells));
  std::vector<FieldId> tail;
  for (const auto& group : shards.tail) tail.push_back(group.first);
  plan.tail = load_of(tail, screen, headers, cells);
  return plan;
}

std::string text_of(const RankPlan& plan) {
  std::string text = "screen: " + std::to_string(plan.plates) + " plates, " + count_text(plan.wells) +
                     " wells, " + count_text(plan.all.fields) + " fields, channels " +
                     join(plan.channels, ", ") + "\nplan for " + std::to_string(plan.ranks.size()) +
                     (plan.ranks.size() == 1 ? " rank:\n" : " ranks:\n");
  for (std::size_t rank = 0; rank < plan.ranks.size(); ++rank)
    text += line_of("rank " + std::to_string(rank), plan.ranks[rank]);
  if (plan.tail.fields > 0) text += line_of("shared tail", plan.tail);
  return text;
}

}  // namespace cytoscale::preflight
