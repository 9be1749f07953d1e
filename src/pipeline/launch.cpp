#include "pipeline/launch.hpp"

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <iostream>

#include "cli/command_line.hpp"
#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"
#include "mpi/agree.hpp"
#include "pipeline/folder_lock.hpp"

namespace cytoscale::pipeline {
namespace {

std::string overview(const Jobs& jobs) {
  std::string text = "cytoscale " + version_text() +
                     ": profiles of a microscope screen that tell which treatments act alike\n\n"
                     "usage: cytoscale <job> [--config FILE] [--key value ...]      cytoscale <job> --help\n"
                     "       mpirun -n RANKS cytoscale <job> ...\n\njobs:\n";
  std::size_t longest = 0;
  for (const auto& job : jobs) longest = std::max(longest, job->name().size());
  for (const auto& job : jobs) {
    text +=
        "  " + job->name() + std::string(longest + 2 - job->name().size(), ' ') + job->text().summary + "\n";
  }
  return text;
}

std::unique_ptr<Job> find_job(const std::string& name, Jobs jobs) {
  std::vector<std::string> names;
  for (auto& job : jobs) {
    if (job->name() == name) return std::move(job);
    names.push_back(job->name());
  }
  const auto near = nearest_word(name, names);
  throw Error("there is no job '" + name + "'", "the command line",
              near ? "Did you mean '" + *near + "'?" : "The jobs are " + join(names, ", "));
}

// False where help is asked for.
bool set_options(Job& job, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& known_keys) {
  std::vector<std::string> problems;
  auto* list = job.lists_problems() ? &problems : nullptr;
  const auto line = cli::parse_command_line(arguments, job.options(), known_keys, list);
  if (line.help) return false;
  job.options().assign(line.values, list, line.from);
  job.receive(line.values, problems);
  job.resolve();
  return true;
}

// srun without PMI starts as many lone processes as it has tasks, each of which takes itself for the whole
// run.
void warn_of_lone_tasks(const mpi::Communicator& comm, Log& log) {
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks && std::atoi(tasks) > comm.size() && comm.root())
    log.warning("Slurm started " + std::string(tasks) + " tasks, but this run sees " +
                std::to_string(comm.size()) + ": use srun --mpi=pmix, or mpirun");
}

int run_job(const std::string& name, const std::vector<std::string>& arguments, const mpi::Communicator& comm,
            const MakeJobs& make_jobs) {
  std::unique_ptr<Job> job;
  bool help = false;
  mpi::together(comm, [&] {
    job = find_job(name, make_jobs());
    help = !set_options(*job, arguments, keys_of(make_jobs()));
  });
  if (help) {
    if (comm.root()) std::cout << cli::manual_page(job->text(), job->options());
    return exit_success;
  }
  Log log(comm.rank(), comm.size());
  SteadyClock clock;
  warn_of_lone_tasks(comm, log);
  std::deque<FolderLock> locks;  // rank 0 holds them for all
  mpi::on_root(comm, [&] {
    for (const auto& folder : job->locked_folders()) locks.emplace_back(folder, log);
  });
  job->execute({comm, log, clock});
  return exit_success;
}

}  // namespace

int launch(const std::vector<std::string>& arguments, const mpi::Communicator& comm,
           const MakeJobs& make_jobs) {
  const std::string first = arguments.empty() ? "--help" : arguments.front();
  if (first == "--help" || first == "-h" || first == "help" || first == "--version") {
    if (comm.root()) std::cout << (first == "--version" ? version_text() + "\n" : overview(make_jobs()));
    return arguments.empty() ? exit_input_error : exit_success;
  }
  return run_job(first, {arguments.begin() + 1, arguments.end()}, comm, make_jobs);
}

}  // namespace cytoscale::pipeline
