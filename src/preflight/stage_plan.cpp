#include "preflight/stage_plan.hpp"

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "core/text/text.hpp"

namespace cytoscale::preflight {
namespace {

double pixels_of(const ScreenHeaders& headers) {
  double pixels = 0;
  for (const auto& [info, count] : headers.counts())
    pixels += static_cast<double>(info.height) * info.width * static_cast<double>(count);
  if (headers.fields_opened() > 0)
    pixels *= static_cast<double>(headers.fields()) / static_cast<double>(headers.fields_opened());
  return pixels;
}

std::int64_t whole(double value) {
  return static_cast<std::int64_t>(value);
}

nlohmann::ordered_json json_of(const Load& load) {
  return {{"plates", load.plates},
          {"fields", load.fields},
          {"cells", whole(load.cells)},
          {"image_bytes", whole(load.bytes)}};
}

nlohmann::ordered_json json_of(const StagePlan& stage) {
  nlohmann::ordered_json json = {{"stage", stage.stage},
                                 {"unit", stage.unit},
                                 {"count", whole(stage.count)},
                                 {"read_bytes", whole(stage.read_bytes)},
                                 {"held_bytes_per_rank", nullptr}};
  if (stage.held_bytes) json["held_bytes_per_rank"] = whole(*stage.held_bytes);
  return json;
}

}  // namespace

Chain chain_of(const std::function<std::string(const std::string& key)>& value) {
  return {.trains = value("model").empty(),
          .needs_controls = value("reduce-normalize") != "none" || value("reduce-batch-correction") != "none",
          .crop_store = value("crop-store") == "true",
          .compare_untrained = value("compare-untrained") == "true",
          .queue_bytes = to_number(value("queue-memory")).value_or(0) * 1048576};
}

std::vector<StagePlan> plan_stages(const RankPlan& plan, const ScreenHeaders& headers, const Chain& chain) {
  const double pixels = pixels_of(headers), fields = static_cast<double>(plan.all.fields);
  const double queue = std::min(chain.queue_bytes, pixels * sizeof(float));
  const auto wells = static_cast<double>(plan.wells);
  std::vector<StagePlan> stages = {{"illuminate", "fields", fields, plan.all.bytes, queue},
                                   {"segment", "fields", fields, plan.all.bytes, queue}};
  if (chain.trains && chain.crop_store)
    stages.push_back({"crop", "cells", plan.all.cells, plan.all.bytes, queue});
  if (chain.trains && chain.crop_store)
    stages.push_back({"train", "cells", plan.all.cells, 0, std::nullopt});
  else if (chain.trains)  // all fields, 16 bits a pixel
    stages.push_back({"train", "cells", plan.all.cells, plan.all.bytes, 2 * pixels});
  stages.push_back({"embed", "cells", plan.all.cells, plan.all.bytes, queue});
  stages.push_back({"reduce", "wells", wells, 0, std::nullopt});
  if (chain.compare_untrained) {
    stages.push_back({"embed-untrained", "cells", plan.all.cells, plan.all.bytes, queue});
    stages.push_back({"reduce-untrained", "wells", wells, 0, std::nullopt});
  }
  stages.push_back({"evaluate", "wells", wells, 0, std::nullopt});
  stages.push_back({"report", "wells", wells, 0, std::nullopt});
  return stages;
}

nlohmann::ordered_json json_of(const RankPlan& plan, const std::vector<StagePlan>& stages) {
  nlohmann::ordered_json json = {{"screen", json_of(plan.all)}, {"ranks", nlohmann::ordered_json::array()}};
  json["screen"]["wells"] = plan.wells;
  json["screen"]["channels"] = plan.channels;
  for (const auto& rank : plan.ranks) json["ranks"].push_back(json_of(rank));
  json["shared_tail"] = json_of(plan.tail);
  json["stages"] = nlohmann::ordered_json::array();
  for (const auto& stage : stages) json["stages"].push_back(json_of(stage));
  return json;
}

}  // namespace cytoscale::preflight
