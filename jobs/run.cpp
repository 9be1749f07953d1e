#include "jobs/registry.hpp"
#include "mpi/agree.hpp"
#include "settings/chain_settings.hpp"
#include "settings/screen_settings.hpp"
#include "store/screen_file.hpp"

namespace cytoscale::jobs {
namespace {

std::unique_ptr<Job> make_job(const std::string& name) {
  if (name == "illuminate") return make_illuminate_job();
  if (name == "segment") return make_segment_job();
  if (name == "crop") return make_crop_job();
  if (name == "train") return make_train_job();
  if (name == "embed") return make_embed_job();
  if (name == "reduce") return make_reduce_job();
  if (name == "report") return make_report_job();
  return make_evaluate_job();
}

class RunJob final : public Job {
 public:
  RunJob() : Job(manual_of("run")) {}
  void declare(cli::OptionSet& options) override {
    settings::declare_chain(options, options_);
    chain_.share(options);
  }
  void resolve() override { pipeline::arrange(chain_, options_); }
  // Where its stamps are, too. What jobs of the chain write elsewhere is not locked.
  cli::Paths locked_folders() override {
    return options_.explain ? cli::Paths() : cli::Paths{options_.output};
  }

  void execute(const mpi::RunContext& context) override {
    auto manifest = settings::manifest_of(options());
    if (!options_.explain) {  // which writes nothing
      settings::resolve_manifest(manifest, options_.output);
      manifest.keep = true;
    }
    const auto screen = store::open_screen(context.comm, manifest);
    screen::say_notes(screen, context.log);
    chain_.run(context, {screen, options_.output, options_.image_digest}, options_.explain);
  }

 private:
  pipeline::ScreenChainOptions options_;
  pipeline::Chain chain_{pipeline::screen_stages(make_job)};
};

}  // namespace

std::unique_ptr<Job> make_run_job() {
  return std::make_unique<RunJob>();
}

}  // namespace cytoscale::jobs
