#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "settings/encoding_settings.hpp"

namespace cytoscale::jobs {
namespace {

class PredictJob final : public Job {
 public:
  PredictJob() : Job(manual_of("predict")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  // All metadata: the file carries it.
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .metadata = true, .field_files = settings_.masks()};
  }

  void execute(const mpi::RunContext& context) override {
    const auto encoding = settings_.at_hand(context.comm);
    const auto result = embed::encode_screen(context, encoding, resolved_options(*this));
    context.log.info(
        count_text(static_cast<std::uint64_t>(result.cells)) + (encoding.over_fields ? " fields" : " cells") +
        " predicted in " + duration_text(result.seconds) +
        (result.failed_fields > 0 ? "; " + count_text(result.failed_fields) + " fields could not be read"
                                  : ""));
  }

 private:
  settings::PredictSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_predict_job() {
  return std::make_unique<PredictJob>();
}

}  // namespace cytoscale::jobs
