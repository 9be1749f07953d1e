#include <iostream>

#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/export_settings.hpp"

namespace cytoscale::jobs {
namespace {

class ExportJob final : public Job {
 public:
  ExportJob() : Job(manual_of("export")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }

  void execute(const mpi::RunContext& context) override {
    const int threads = mpi::threads_per_rank(context.comm, settings_.threads);
    mpi::on_root(context.comm, [&] {
      std::cout << exports::export_results(settings_.files, settings_.options, threads, context.log)
                << std::flush;
    });
  }

 private:
  settings::ExportSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_export_job() {
  return std::make_unique<ExportJob>();
}

}  // namespace cytoscale::jobs
