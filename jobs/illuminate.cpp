#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/prepare_settings.hpp"
#include "store/given_illumination.hpp"
#include "store/provenance/stamp.hpp"
#include "store/screen_file.hpp"

namespace cytoscale::jobs {
namespace {

class IlluminateJob final : public Job {
 public:
  IlluminateJob() : Job(manual_of("illuminate")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = !from_manifest(), .illumination = from_manifest()};
  }

  void execute(const mpi::RunContext& context) override {
    const auto screen = store::open_screen(context.comm, settings_.manifest);
    nlohmann::json provenance;
    mpi::together(context.comm, [&] {
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint());
      if (from_manifest()) provenance["inputs"]["functions"] = store::given_illumination_fingerprint(screen);
    });
    screen::say_notes(screen, context.log);
    auto options = settings_.illuminate;
    options.pass.threads = mpi::threads_per_rank(context.comm, options.pass.threads);
    prepare::illuminate_screen(context, screen, options, settings_.files(), provenance);
  }

 private:
  bool from_manifest() const { return settings_.illuminate.source == prepare::IlluminationSource::manifest; }
  settings::IlluminateSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_illuminate_job() {
  return std::make_unique<IlluminateJob>();
}

}  // namespace cytoscale::jobs
