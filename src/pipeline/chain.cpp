#include "pipeline/chain.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"
#include "pipeline/stage_times.hpp"

namespace cytoscale::pipeline {

std::vector<std::string> Chain::labels() const {
  std::vector<std::string> labels;
  for (const auto& stage : stages_) labels.push_back(stage.label);
  return labels;
}

Stage* Chain::find(const std::string& label) {
  const auto at =
      std::find_if(stages_.begin(), stages_.end(), [&](const auto& s) { return s.label == label; });
  return at == stages_.end() ? nullptr : &*at;
}

// Those of several jobs come first, in the groups of the first job; then those of each job, in groups that
// name it.
void Chain::share(cli::OptionSet& options) {
  std::map<std::string, std::set<std::string>> jobs_of;  // by key
  for (auto& stage : stages_)
    for (const auto& option : stage.job->options().options()) jobs_of[option.key].insert(stage.job->name());
  for (const bool of_one_job : {false, true})
    for (auto& stage : stages_)
      for (const auto& option : stage.job->options().options()) {
        if (options.find(option.key) || (jobs_of[option.key].size() == 1) != of_one_job) continue;
        auto shared = option;
        if (of_one_job) shared.group = stage.job->name() + ": " + option.group;
        shared.set = [this, key = option.key](const std::string& text) { assign({{key, text}}); };
        options.add(std::move(shared));
      }
}

void Chain::assign(const std::map<std::string, std::string>& values) {
  for (auto& stage : stages_) stage.job->options().assign(values);
}

void Chain::fix(const std::string& label, std::map<std::string, std::string> values) {
  if (auto* stage = find(label)) stage->fixed = std::move(values);
}

void Chain::leave_out(const std::string& label) {
  for (auto& stage : stages_)
    if (stage.label == label) left_out_.push_back(std::move(stage));
  std::erase_if(stages_, [&](const Stage& stage) { return !stage.job; });
}

void Chain::end_at(const std::string& label, const std::string& where) {
  const auto* last = find(label);
  if (!last) throw Error("the chain has no job '" + label + "'", where, "It has " + join(labels(), ", "));
  if (const auto* twin = find(label + "-untrained")) last = twin;
  const auto kept = last - stages_.data() + 1;
  std::move(stages_.begin() + kept, stages_.end(), std::back_inserter(left_out_));
  stages_.erase(stages_.begin() + kept, stages_.end());
}

void Chain::resolve() {
  for (auto& stage : stages_) {
    stage.job->options().assign(stage.fixed);
    stage.job->resolve();
  }
}

void Chain::run(const mpi::RunContext& context, const StageRoom& room, bool explain) {
  mpi::on_root(context.comm, [&] { check({room.screen, context.comm.size(), {}}); });
  bool anew = false;  // something was done, or would be
  for (auto& stage : stages_) {
    mpi::stop_if_asked(context.comm);
    auto stale = staleness_of(context, room, stage);
    if (stale.why.empty() && !stage.always.empty())
      stale.why = anew ? stage.always : "complete; " + stage.always + " all the same";
    anew = anew || !stale.why.empty();
    context.log.info(stage.label + ": " + (stale.why.empty() ? "complete, skipped" : stale.why));
    if (explain || stale.why.empty()) continue;
    if (stale.by_reads) stage.job->options().assign(stage.when_reads_changed);
    if (!stage.metadata_flag.empty())
      stage.job->options().assign({{stage.metadata_flag, stale.by_metadata ? "true" : "false"}});
    run_stage(context, room, stage);
  }
}

void Chain::check(Outset outset) {
  for (auto& stage : stages_) {
    stage.job->check(outset);
    const auto written = files_of(*stage.job, cli::OptionKind::output);
    outset.made.insert(outset.made.end(), written.begin(), written.end());
  }
}

void Chain::run_stage(const mpi::RunContext& context, const StageRoom& room, Stage& stage) {
  timed_stage(context, room.output, stage.label,
              [&](const mpi::RunContext& timed) { stage.job->execute(timed); });
  const auto now = stamp_of(context, room, stage);
  mpi::on_root(context.comm, [&] { store::write_stamp(room.output, stage.label, now); });
}

}  // namespace cytoscale::pipeline
