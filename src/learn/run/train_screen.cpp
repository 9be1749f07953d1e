#include "learn/run/train_screen.hpp"

#include "core/text/text.hpp"
#include "learn/run/checkpoints.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "prepare/failure_report.hpp"
#include "prepare/field_table.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::learn {
namespace {

struct Subject : prepare::ScreenCells {
  TrainingPlan plan;
};

// All that can be judged before images are read. Collective: no.
void plan_run(const mpi::RunContext& context, const ScreenTraining& training, const nlohmann::json& options,
              Subject& subject, TrainRun& run) {
  auto& plan = subject.plan;
  const auto& pixels = training.pixels;
  plan = plan_training(subject.screen, subject.cells, training.roles, training.options);
  check_training(plan, training.options);
  run.provenance = store::make_provenance(
      "train", options, plan.screen_fingerprint,
      {{"cells", training.options.over_fields() ? std::filesystem::path() : training.cells},
       {"illumination", pixels.illumination}});
  run.identity = training_identity(training.options, plan);
  // What its pixels are made from: another illumination makes another training.
  run.identity["illumination"] = run.provenance.value("/inputs/illumination"_json_pointer, "none");
  check_pixels(pixels, subject.screen, subject.cells, plan, training.options, run.provenance, run.identity);
  const auto remark = check_weights(training.options, plan.channels.size());
  if (!remark.empty()) context.log.info(training.options.initial_weights.string() + ": " + remark);
}

// Collective: yes.
FoundRun find_or_remove(const mpi::RunContext& context, const ScreenTraining& training, const TrainRun& run) {
  mpi::on_root(context.comm, [&] {
    if (training.retrain == Retrain::yes) remove_run(training.model);
    if (training.retrain == Retrain::other) remove_other_run(training.model, run.identity);
  });
  return find_run(context.comm, training.model, run.identity);
}

void announce(const mpi::RunContext& context, const TrainOptions& options, const TrainingPlan& plan,
              const FoundRun& found) {
  for (const auto& remark : plan.remarks) context.log.info(remark);
  const auto count = [](std::int64_t n) { return count_text(static_cast<std::uint64_t>(n)); };
  const int group = options.regularizer.cells_per_example();
  context.log.info(
      count_text(plan.labels.size()) + " labels, " + count(plan.cells(false)) +
      (options.over_fields() ? " fields" : " cells") + " to train on, " + count(plan.cells(true)) +
      " in held-out wells; " + count(options.total_steps(plan.cells(false))) + " steps of " +
      std::to_string(options.batch_size) +
      (group > 1 ? " groups of " + std::to_string(group) + " cells" : " " + enum_name(options.examples)));
  if (found.checkpoint) context.log.info("continuing from " + found.checkpoint->string());
}

std::optional<TrainResult> train_on_screen(const mpi::RunContext& context, const ScreenTraining& training,
                                           const nlohmann::json& options) {
  TrainRun run{training.model, {}, {}, context.log, context.clock, context.timings};
  mpi::together(context.comm, [&] { training.options.validate_ranks(context.comm.size()); });
  const bool over_fields = training.options.over_fields();
  auto pass = training.pass;
  auto computing = training.options;
  computing.threads = pass.threads = mpi::threads_per_rank(context.comm, training.pass.threads);
  Subject subject{prepare::read_screen_cells(context.comm, training.manifest,
                                             over_fields ? std::filesystem::path() : training.cells,
                                             {pass.threads, pass.field_timeout_s}),
                  {}};
  mpi::together(context.comm, [&] { plan_run(context, training, options, subject, run); });
  const auto found = find_or_remove(context, training, run);
  if (found.complete) {
    context.log.info("the model in " + training.model.string() +
                     " is complete, with these options: nothing to train");
    return std::nullopt;
  }
  announce(context, training.options, subject.plan, found);
  const auto load = load_pixels(context, training.pixels, subject.screen, subject.cells,
                                subject.plan.fields(), training.options.crop_neighbors, pass);
  prepare::report_failures(context, subject.screen, load.failures,
                           {training.failures, "train", pass.max_failed_fields, 0});
  std::vector<FieldId> lost;
  for (const auto& failure : load.failures) lost.push_back(failure.field);
  subject.plan.drop_fields(lost);
  return train(context.comm, subject.plan, *load.images, computing, run);
}

const bool defined = train_screen.define(train_on_screen);

}  // namespace
}  // namespace cytoscale::learn
