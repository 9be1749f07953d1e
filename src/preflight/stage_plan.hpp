// What each stage of a chain would read and hold in memory, reckoned from the headers of the images.
#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "preflight/rank_plan.hpp"

namespace cytoscale::preflight {

// What of the config decides which stages there are, and what they hold.
struct Chain {
  bool trains = true;  // no weights are given
  bool needs_controls = true;  // something is normalized or corrected by the negative controls
  bool crop_store = false, compare_untrained = false;
  double queue_bytes = 1024.0 * 1048576;  // of prepared fields, per rank
};
// `value`: of an option of `run`, by its key.
Chain chain_of(const std::function<std::string(const std::string& key)>& value);

struct StagePlan {
  std::string stage;      // as in `run`
  std::string unit;       // of `count`: fields, cells or wells
  double count = 0;       // that the stage goes over
  double read_bytes = 0;  // of image files, over all ranks; 0: it reads results of other stages
  // What it holds of the screen on each rank, beside the program's own memory; unknown for what depends on
  // the network's features.
  std::optional<double> held_bytes;
};

// In the order in which they run.
std::vector<StagePlan> plan_stages(const RankPlan& plan, const ScreenHeaders& headers, const Chain& chain);

// For machines: screen, loads of the ranks, stages. Keys as in docs/file-format.md, "The plan of check".
nlohmann::ordered_json json_of(const RankPlan& plan, const std::vector<StagePlan>& stages);

}  // namespace cytoscale::preflight
