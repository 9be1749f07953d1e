#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/prepare_settings.hpp"
#include "store/provenance/stamp.hpp"
#include "store/screen_file.hpp"

namespace cytoscale::jobs {
namespace {

class CropJob final : public Job {
 public:
  CropJob() : Job(manual_of("crop")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .field_files = settings_.masks()};
  }

  void execute(const mpi::RunContext& context) override {
    const auto screen = store::open_screen(context.comm, settings_.manifest);
    const auto cells = store::open_cell_table(context.comm, settings_.cells);
    nlohmann::json provenance;
    const auto files = settings_.files(context.comm);
    auto windows = settings_.windows();
    windows.pass.threads = mpi::threads_per_rank(context.comm, windows.pass.threads);
    mpi::together(context.comm, [&] {
      store::check_cells_match(cells, screen, settings_.cells);
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                                          {{"cells", settings_.cells}, {"illumination", files.illumination}});
    });
    screen::say_notes(screen, context.log);
    context.log.info(prepare::crop_plan_text(cells, screen.channels.size(), windows));
    const double start_s = context.clock.now_s();
    const auto result = prepare::crop_screen(context, screen, cells, windows, files, provenance);
    const auto lost = result.failures.size();
    context.log.info("crop store written in " + duration_text(context.clock.now_s() - start_s) +
                     (lost ? "; " + count_text(lost) + " fields without pixels" : ""));
  }

 private:
  settings::CropSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_crop_job() {
  return std::make_unique<CropJob>();
}

}  // namespace cytoscale::jobs
