#include "jobs/job.hpp"
#include "settings/profile_settings.hpp"

namespace cytoscale::jobs {
namespace {

class ReduceJob final : public Job {
 public:
  ReduceJob() : Job(manual_of("reduce")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  void check(const Outset& outset) override { settings_.reduce.check(outset.screen); }

  void execute(const mpi::RunContext& context) override {
    profile::reduce_profiles(context, settings_.files, settings_.reduce, resolved_options(*this));
  }

 private:
  settings::ReduceSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_reduce_job() {
  return std::make_unique<ReduceJob>();
}

}  // namespace cytoscale::jobs
