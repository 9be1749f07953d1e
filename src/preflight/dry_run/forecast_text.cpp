#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "core/text/text.hpp"
#include "preflight/dry_run/dry_run.hpp"

namespace cytoscale::preflight {
namespace {

std::string time_text(double seconds) {
  return seconds < 3600 ? duration_text(seconds) : fmt::format("{:.1f} h", seconds / 3600);
}

std::string line_of(const StageForecast& stage) {
  return fmt::format("  {:<11}{:>13}{:>8.2f} %{:>12}{:>12}{:>12}{:>11}\n", stage.stage, time_text(stage.seconds),
                     100 * stage.imbalance, time_text(stage.rank0_s),
                     count_text(static_cast<std::uint64_t>(stage.files)), bytes_text(stage.read_bytes),
                     count_text(static_cast<std::uint64_t>(stage.rank0_messages)));
}

}  // namespace

std::string text_of(const Forecast& f) {
  auto text = fmt::format("dry run: {} fields, {} plates, {} wells, {} cells on {} ranks, {} nodes; {}\n",
                          count_text(f.fields), count_text(f.plates), count_text(f.wells),
                          count_text(static_cast<std::uint64_t>(f.cells)), count_text(static_cast<std::uint64_t>(f.ranks)),
                          count_text(static_cast<std::uint64_t>(f.nodes)), f.rates);
  text += fmt::format("  {:<11}{:>13}{:>10}{:>12}{:>12}{:>12}{:>11}\n", "stage", "time", "imbalance", "rank 0", "files",
                      "read", "messages");
  text += fmt::format("  {:<11}{:>13}{:>10}{:>12}{:>12}{:>12}{:>11}\n", "", "", "", "alone", "a rank", "a rank",
                      "to rank 0");
  for (const auto& stage : f.stages) text += line_of(stage);
  text += fmt::format("  {:<11}{:>13}\n", "all", time_text(f.seconds()));
  text += fmt::format(
      "  memory for the screen, beside images and network: {} a node, {} a rank, {} on rank 0\n",
      bytes_text(f.node_bytes), bytes_text(f.rank_bytes), bytes_text(f.rank0_bytes));
  text += "  with ten times the fields on as many ranks, the nearest limit first:\n";
  for (const auto& limit : f.limits) {
    const auto unit = limit.unit.empty() ? "" : " " + limit.unit;
    text += fmt::format("  {:<58}{:>10.4g} of {:g}{}{}\n", limit.what, limit.used_at_10, limit.limit, unit,
                        limit.used_at_10 > limit.limit ? ", too much" : "");
  }
  return text;
}

nlohmann::ordered_json json_of(const Forecast& f) {
  nlohmann::ordered_json json = {{"fields", f.fields},
                                 {"plates", f.plates},
                                 {"wells", f.wells},
                                 {"cells", f.cells},
                                 {"ranks", f.ranks},
                                 {"nodes", f.nodes},
                                 {"rates", f.rates},
                                 {"seconds", f.seconds()},
                                 {"node_bytes", f.node_bytes},
                                 {"rank_bytes", f.rank_bytes},
                                 {"rank0_bytes", f.rank0_bytes}};
  for (const auto& s : f.stages)
    json["stages"].push_back({{"stage", s.stage},
                              {"seconds", s.seconds},
                              {"imbalance", s.imbalance},
                              {"rank0_seconds", s.rank0_s},
                              {"files_per_rank", s.files},
                              {"read_bytes_per_rank", s.read_bytes},
                              {"written_bytes_per_rank", s.written_bytes},
                              {"rank0_messages", s.rank0_messages}});
  for (const auto& l : f.limits)
    json["limits"].push_back({{"what", l.what},
                              {"unit", l.unit},
                              {"used", l.used},
                              {"used_at_10_times", l.used_at_10},
                              {"limit", l.limit}});
  return json;
}

}  // namespace cytoscale::preflight
