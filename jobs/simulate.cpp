#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "settings/make_screen/simulation_settings.hpp"
#include "simulate/simulate_screen.hpp"

namespace cytoscale::jobs {
namespace {

class SimulateJob final : public Job {
 public:
  SimulateJob() : Job(manual_of("simulate")) {}
  void declare(cli::OptionSet& options) override { settings::declare_simulation(options, settings_); }
  void resolve() override { settings_.validate(); }

  void execute(const mpi::RunContext& context) override {
    const auto made = simulate::simulate_screen(settings_, context.comm, context.clock);
    const auto count = [](std::int64_t n) { return count_text(static_cast<std::uint64_t>(n)); };
    context.log.info(count(made.cells) + " cells in " + count(made.fields) + " fields of " +
                     count(made.wells) + " wells on " + count(made.plates) +
                     " plates: " + (settings_.output / "screen.csv").string());
  }

 private:
  simulate::SimulateSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_simulate_job() {
  return std::make_unique<SimulateJob>();
}

}  // namespace cytoscale::jobs
