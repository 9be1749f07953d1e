// cytoscale <job> [--config FILE] [--key value ...]: finds the job, reads its options, runs it on all ranks.
#include <algorithm>
#include <cstdio>
#include <iostream>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"
#include "jobs/registry.hpp"
#include "mpi/agree.hpp"
#include "mpi/session.hpp"
#include "network/memory.hpp"

namespace cytoscale::jobs {
namespace {

std::string overview() {
  std::string text = "cytoscale " + std::string(version()) +
                     ": profiles of a microscope screen that tell which treatments act alike\n\n"
                     "usage: cytoscale <job> [--config FILE] [--key value ...]      cytoscale <job> --help\n"
                     "       mpirun -n RANKS cytoscale <job> ...\n\njobs:\n";
  const auto jobs = all_jobs();
  std::size_t longest = 0;
  for (const auto& job : jobs) longest = std::max(longest, job->name().size());
  for (const auto& job : jobs) {
    text += "  " + job->name() + std::string(longest + 2 - job->name().size(), ' ') + job->summary() + "\n";
  }
  return text;
}

std::unique_ptr<Job> find_job(const std::string& name) {
  std::vector<std::string> names;
  for (auto& job : all_jobs()) {
    if (job->name() == name) return std::move(job);
    names.push_back(job->name());
  }
  const auto near = nearest_word(name, names);
  throw Error("there is no job '" + name + "'", "the command line",
              near ? "Did you mean '" + *near + "'?" : "The jobs are " + join(names, ", "));
}

int run_job(const std::string& name, const std::vector<std::string>& arguments,
            const mpi::Communicator& comm) {
  std::unique_ptr<Job> job;
  cli::OptionSet options;
  bool help = false;
  mpi::together(comm, [&] {
    job = find_job(name);
    job->declare(options);
    std::vector<std::string> problems;
    auto* list = job->lists_problems() ? &problems : nullptr;
    const auto line = cli::parse_command_line(arguments, options, all_keys(), list);
    help = line.help;
    if (help) return;
    options.assign(line.values, list);
    job->receive(line.values, problems);
    job->resolve();
  });
  if (help) {
    if (comm.root())
      std::cout << cli::manual_page({job->name(), job->summary(), job->description()}, options);
    return exit_success;
  }
  Log log(comm.rank(), comm.size());
  SteadyClock clock;
  JobContext context{comm, log, clock};
  job->execute(context);
  return exit_success;
}

int dispatch(const std::vector<std::string>& arguments, const mpi::Communicator& comm) {
  const std::string first = arguments.empty() ? "--help" : arguments.front();
  if (first == "--help" || first == "-h" || first == "help" || first == "--version") {
    if (comm.root()) std::cout << (first == "--version" ? std::string(version()) + "\n" : overview());
    return arguments.empty() ? exit_input_error : exit_success;
  }
  return run_job(first, {arguments.begin() + 1, arguments.end()}, comm);
}

}  // namespace
}  // namespace cytoscale::jobs

int main(int argc, char** argv) {
  using namespace cytoscale;
  using namespace cytoscale::jobs;
  network::configure_malloc_for_training();
  mpi::MpiSession session(argc, argv);
  try {
    return dispatch({argv + 1, argv + argc}, session.world());
  } catch (const mpi::AgreedError& error) {  // every rank is here
    if (session.world().root()) std::fprintf(stderr, "cytoscale: error: %s\n", error.what());
    return exit_input_error;
  } catch (const Error& error) {  // this rank alone
    std::fprintf(stderr, "cytoscale: error: %s\n", error.what());
    session.abort(exit_input_error);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "cytoscale: internal failure on rank %d: %s\n", session.world().rank(),
                 error.what());
    session.abort(exit_internal);
  }
}
