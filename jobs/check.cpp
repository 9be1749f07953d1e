#include <iostream>

#include "jobs/registry.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "settings/check_settings.hpp"

namespace cytoscale::jobs {
namespace {

class CheckJob final : public Job {
 public:
  CheckJob() : Job(manual_of("check")) {}
  void declare(cli::OptionSet& options) override { settings::declare_check(options, check_); }
  bool lists_problems() const override { return true; }
  void receive(const cli::CommandLine& line, const std::vector<std::string>& problems) override {
    check_.found.problems = problems;
    from_ = line.from;
    // Every other job judges its own keys; what they read is not there yet, so only values count.
    const auto jobs = all_jobs();
    for (const auto& job : jobs) {
      if (job->name() != name()) job->options().assign(line.values, &check_.found.problems, line.from);
      if (job->name() != "run") continue;
      check_.chain =
          preflight::chain_of([&](const std::string& key) { return job->options().find(key)->get(); });
    }
    for (const auto& job : jobs)
      if (job->name() == "train" && check_.chain.trains)
        pipeline::check_ranks(*job, check_.ranks, line.from, check_.found.problems);
  }
  void resolve() override { check_.validate_options(from_); }
  void execute(const mpi::RunContext& context) override {
    check_.threads = mpi::threads_per_rank(context.comm, check_.threads);
    mpi::on_root(context.comm, [&] { preflight::check_screen(check_, std::cout); });
  }

 private:
  preflight::CheckOptions check_;
  std::map<std::string, std::string> from_;
};

}  // namespace

std::unique_ptr<Job> make_check_job() {
  return std::make_unique<CheckJob>();
}

}  // namespace cytoscale::jobs
