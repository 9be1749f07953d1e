#include "jobs/job.hpp"
#include "settings/training_settings.hpp"

namespace cytoscale::jobs {
namespace {

class TrainJob final : public Job {
 public:
  TrainJob() : Job(manual_of("train")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  pipeline::ScreenUse screen_use() const override {
    const auto& training = settings_.training;
    return {.fields = true,
            .images = settings_.store().empty(),
            .columns = learn::label_columns(training.roles, training.options.split),
            .field_files = settings_.masks()};
  }

  void check(const Outset& outset) override {
    learn::check_outset(settings_.training, outset.screen, outset.ranks);
  }

  void check_ranks(int ranks) override { settings_.training.options.validate_ranks(ranks); }

  void execute(const mpi::RunContext& context) override {
    const auto training = settings_.at_hand(context.comm);
    const auto result = learn::train_screen(context, training, resolved_options(*this));
    if (result) context.log.info(learn::result_text(*result, training.options.examples));
  }

 private:
  settings::TrainSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_train_job() {
  return std::make_unique<TrainJob>();
}

}  // namespace cytoscale::jobs
