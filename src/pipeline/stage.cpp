#include "pipeline/stage.hpp"

#include "core/version.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::pipeline {

store::Stamp stamp_of(const mpi::RunContext& context, const StageRoom& room, Stage& stage,
                      const std::optional<store::Stamp>& then) {
  store::Stamp now{stage.label,
                   version_text(),
                   stage.job->options().to_json({cli::OptionKind::result}),
                   screen_reads(context.comm, room.screen, stage.job->screen_use(), room.image_digest),
                   {}};
  mpi::on_root(context.comm, [&] {
    for (const auto& [key, paths] : stage.job->options().files(cli::OptionKind::input)) {
      const store::ReadState* before = nullptr;
      if (then && then->reads.contains(key)) before = &then->reads.at(key);
      now.reads[key] = store::read_state(paths, before);
    }
    now.outputs = store::output_states(files_of(*stage.job, cli::OptionKind::output));
  });
  return now;
}

store::Staleness staleness_of(const mpi::RunContext& context, const StageRoom& room, Stage& stage) {
  std::optional<store::Stamp> then;
  mpi::on_root(context.comm, [&] { then = store::read_stamp(room.output, stage.label); });
  const auto now = stamp_of(context, room, stage, then);
  store::Staleness stale;
  if (context.comm.root()) stale = store::staleness(then, now);
  stale.why = context.comm.broadcast(stale.why);
  stale.by_reads = context.comm.max(stale.by_reads ? 1 : 0) > 0;
  stale.by_metadata = context.comm.max(stale.by_metadata ? 1 : 0) > 0;
  return stale;
}

}  // namespace cytoscale::pipeline
