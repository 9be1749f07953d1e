#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "settings/make_screen/simulation_settings.hpp"
#include "simulate/shapes.hpp"

namespace cytoscale::jobs {
namespace {

class SimulateShapesJob final : public Job {
 public:
  SimulateShapesJob() : Job(manual_of("simulate-shapes")) {}
  void declare(cli::OptionSet& options) override { settings::declare_shapes(options, settings_); }
  void resolve() override { settings_.validate(); }

  void execute(const mpi::RunContext& context) override {
    simulate::simulate_shapes(settings_, context.comm, context.clock);
    context.log.info(count_text(2 * static_cast<std::uint64_t>(settings_.fields_per_class)) +
                     " fields: " + (settings_.output / "screen.csv").string());
  }

 private:
  simulate::ShapeSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_simulate_shapes_job() {
  return std::make_unique<SimulateShapesJob>();
}

}  // namespace cytoscale::jobs
