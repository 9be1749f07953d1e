#include <iostream>
#include <nlohmann/json.hpp>

#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "settings/localization_settings.hpp"

namespace cytoscale::jobs {
namespace {

class LocalizeJob final : public Job {
 public:
  LocalizeJob() : Job(manual_of("localize")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  // All metadata: the file carries it.
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .metadata = true, .field_files = settings_.localizer.truth_masks};
  }

  void execute(const mpi::RunContext& context) override {
    const auto localization = settings_.at_hand(context.comm);
    const auto result = localize::localize_screen(context, localization, resolved_options(*this));
    if (context.comm.root()) std::cout << result.summary.dump() << std::endl;
    context.log.info(count_text(static_cast<std::uint64_t>(result.fields.cells)) + " fields localized in " +
                     duration_text(result.fields.seconds) + ": " + localization.scores.string() + ", " +
                     localization.localizer.folder.string());
  }

 private:
  settings::LocalizeSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_localize_job() {
  return std::make_unique<LocalizeJob>();
}

}  // namespace cytoscale::jobs
