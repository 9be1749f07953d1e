#include "core/error.hpp"
#include "jobs/registry.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/report_settings.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

// Options as they are where nobody sets them.
std::map<std::string, nlohmann::json> defaults_of_jobs() {
  std::map<std::string, nlohmann::json> defaults;
  for (const auto& job : all_jobs()) defaults[job->name()] = resolved_options(*job);
  return defaults;
}

class ReportJob final : public Job {
 public:
  ReportJob() : Job(manual_of("report")) {}
  void declare(cli::OptionSet& options) override { settings_.declare(options); }
  void resolve() override { settings_.resolve(); }
  pipeline::ScreenUse screen_use() const override { return {.fields = true, .metadata = true}; }

  void execute(const mpi::RunContext& context) override {
    const int threads = mpi::threads_per_rank(context.comm, settings_.options.threads);
    mpi::on_root(context.comm, [&] {
      const auto failure = mpi::failure_in([&] { make(context, threads); });
      if (!failure) return;
      if (settings_.required || failure->exit_code == exit_interrupted) std::rethrow_exception(failed_);
      context.log.warning("no report: " + failure->problem + " (" + failure->where + ")");
    });
  }

 private:
  void make(const mpi::RunContext& context, int threads) try {
    const auto provenance = store::make_provenance(name(), resolved_options(*this));
    for (const auto& part : settings_.write(threads, defaults_of_jobs(), provenance))
      context.log.info("left out: " + part);
    context.log.info("wrote " + settings_.page.string());
  } catch (...) {
    failed_ = std::current_exception();
    throw;
  }

  settings::ReportSettings settings_;
  std::exception_ptr failed_;
};

}  // namespace

std::unique_ptr<Job> make_report_job() {
  return std::make_unique<ReportJob>();
}

}  // namespace cytoscale::jobs
