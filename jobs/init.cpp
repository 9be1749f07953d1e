#include <iostream>

#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "settings/make_screen/init_settings.hpp"

namespace cytoscale::jobs {
namespace {

std::string counted(std::size_t count, const std::string& thing) {
  return count_text(count) + " " + thing + (count == 1 ? "" : "s");
}

class InitJob final : public Job {
 public:
  InitJob() : Job(manual_of("init")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }

  void execute(const mpi::RunContext& context) override {
    mpi::on_root(context.comm, [&] {
      const auto report = discover::init_screen(settings_.options);
      for (const auto& line : report.assumed) std::cout << "assumed: " << line << "\n";
      for (const auto& line : report.left_out) std::cout << "left out: " << line << "\n";
      std::cout << counted(report.fields, "field") << " of " << counted(report.wells, "well") << " on "
                << counted(report.plates, "plate") << ", channels " << join(report.channels, ", ") << "\n"
                << report.manifest.string() << " lists them; next:\n"
                << "  cytoscale check --config " << report.config.string() << "\n"
                << std::flush;
    });
  }

 private:
  settings::InitSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_init_job() {
  return std::make_unique<InitJob>();
}

}  // namespace cytoscale::jobs
