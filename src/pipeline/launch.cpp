#include "pipeline/launch.hpp"

#include <cstdlib>
#include <deque>
#include <iostream>

#include "cli/command_line.hpp"
#include "core/placed_error.hpp"
#include "mpi/agree.hpp"
#include "pipeline/folder_lock.hpp"
#include "pipeline/stage_times.hpp"

namespace cytoscale::pipeline {
namespace {

// Job::resolve(), which judges values together: what is wrong with one is said of the place where it stands.
void resolve(Job& job, const cli::CommandLine& line) {
  try {
    job.resolve();
  } catch (const Error& error) {
    throw placed(error, line.from);
  }
}

// False where help is asked for.
bool set_options(Job& job, const std::vector<std::string>& arguments,
                 const std::vector<std::string>& known_keys) {
  std::vector<std::string> problems;
  auto* list = job.lists_problems() ? &problems : nullptr;
  const auto line = cli::parse_command_line(arguments, job.options(), known_keys, list);
  if (line.help) return false;
  job.options().assign(line.values, list, line.from);
  job.receive(line, problems);
  resolve(job, line);
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
  const auto* output = job->options().find("output");
  timed_job({comm, log, clock}, output ? output->get() : std::string(), name,
            [&](const mpi::RunContext& context) { job->execute(context); });
  return exit_success;
}

}  // namespace

int launch(const std::vector<std::string>& arguments, const mpi::Communicator& comm, const Program& program) {
  std::optional<std::string> answer;
  mpi::together(comm, [&] { answer = self_description(arguments, program); });
  if (!answer)
    return run_job(arguments.front(), {arguments.begin() + 1, arguments.end()}, comm, program.make_jobs);
  if (comm.root()) std::cout << *answer;
  return arguments.empty() ? exit_input_error : exit_success;
}

}  // namespace cytoscale::pipeline
