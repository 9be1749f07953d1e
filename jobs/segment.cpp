#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/prepare_settings.hpp"
#include "store/provenance/stamp.hpp"
#include "store/screen_file.hpp"

namespace cytoscale::jobs {
namespace {

class SegmentJob final : public Job {
 public:
  SegmentJob() : Job(manual_of("segment")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .field_files = settings_.segment.cell_files()};
  }

  void execute(const mpi::RunContext& context) override {
    const auto screen = store::open_screen(context.comm, settings_.manifest);
    screen::say_notes(screen, context.log);
    auto options = settings_.segment;
    options.pass.threads = mpi::threads_per_rank(context.comm, options.pass.threads);
    const auto files = settings_.files(context.comm);
    const auto located = pipeline::screen_reads(context.comm, screen, {.field_files = options.cell_files()},
                                                pipeline::ImageDigest::stat);
    nlohmann::json provenance;
    mpi::together(context.comm, [&] {
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                                          {{"illumination", files.illumination}});
      for (const auto& [what, state] : located)
        provenance["inputs"][options.masks.empty() ? "locations" : "masks"] = state.fingerprint;
    });
    const auto summary = prepare::segment_screen(context, screen, options, files, provenance);
    context.log.info(count_text(static_cast<std::uint64_t>(summary.cells)) + " cells in " +
                     count_text(screen.fields.size() - summary.failed_fields) + " fields; " +
                     count_text(summary.failed_fields) + " fields left out");
  }

 private:
  settings::SegmentSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_segment_job() {
  return std::make_unique<SegmentJob>();
}

}  // namespace cytoscale::jobs
