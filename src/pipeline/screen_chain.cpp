#include "pipeline/screen_chain.hpp"

#include "core/error.hpp"

namespace cytoscale::pipeline {
namespace {

constexpr const char* untrained = "-untrained";  // ends the labels of what is done with random weights

// Where the weights are, and what the untrained network makes.
void fix_places(Chain& chain, const ScreenChainOptions& options) {
  const auto& output = options.output;
  const auto model = (options.model.empty() ? output / "model" : options.model).string();
  const auto embeddings = (output / "untrained" / "embeddings.h5ad").string(),
             profiles = (output / "untrained" / "profiles.h5ad").string();
  chain.fix("train", {{"model", model}});
  chain.fix("embed", {{"model", model}});
  chain.fix("embed-untrained",
            {{"model", "untrained"}, {"embeddings", embeddings}, {"cells", (output / "cells.h5").string()}});
  chain.fix("report", {{"report-required", "false"}});
  chain.fix("reduce-untrained", {{"embeddings", embeddings}, {"profiles", profiles}});
  if (options.compare_untrained)
    chain.fix("evaluate", {{"profiles", (output / "profiles.h5ad").string() + "," + profiles},
                           {"profile-names", "trained,untrained"}});
}

}  // namespace

std::vector<Stage> screen_stages(const std::function<std::unique_ptr<Job>(const std::string&)>& make) {
  std::vector<Stage> stages;
  for (const std::string label : {"illuminate", "segment", "crop", "train", "embed", "reduce",
                                  "embed-untrained", "reduce-untrained", "evaluate", "report"}) {
    Stage stage{label, make(label.substr(0, label.find(untrained)))};
    if (label == "train") stage.when_reads_changed = {{"retrain", "other"}};
    if (stage.job->name() == "embed") stage.metadata_flag = "keep-features";
    if (label == "evaluate") stage.always = "a run ends with its table";
    stages.push_back(std::move(stage));
  }
  return stages;
}

void arrange(Chain& chain, const ScreenChainOptions& options) {
  if (options.output.empty()) throw Error("no folder for the results is given", "--output", "Name one");
  chain.assign({{"output", options.output.string()}});
  fix_places(chain, options);
  const bool trains = options.model.empty();
  for (const auto& label : chain.labels())
    if ((label == "train" && !trains) || (label == "crop" && !(options.crop_store && trains)) ||
        (label.ends_with(untrained) && !options.compare_untrained))
      chain.leave_out(label);
  if (!options.until.empty()) chain.end_at(options.until, "--until");
  chain.resolve();
}

}  // namespace cytoscale::pipeline
