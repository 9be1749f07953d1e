#include <iostream>

#include "jobs/job.hpp"
#include "mpi/crew.hpp"
#include "settings/evaluation_settings.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

class EvaluateJob final : public Job {
 public:
  EvaluateJob() : Job(manual_of("evaluate")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  void check(const Outset& outset) override { settings_.profiles.check(outset.screen); }

  void execute(const mpi::RunContext& context) override {
    mpi::on_node_leaders(context.comm, settings_.threads, [&](const mpi::Crew& crew) {
      const auto provenance =
          store::make_provenance(name(), resolved_options(*this), {}, settings_.sources());
      const auto text = settings_.write(provenance, context.log, crew);
      if (!crew.root()) return;
      std::cout << text << std::flush;
      context.log.info("wrote " + settings_.metrics.string() + " and " +
                       std::to_string(settings_.written().size() - 1) + " tables and figures beside it");
    });
  }

 private:
  settings::EvaluateSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_evaluate_job() {
  return std::make_unique<EvaluateJob>();
}

}  // namespace cytoscale::jobs
