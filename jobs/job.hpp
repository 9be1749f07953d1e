// A job: its options, its wiring, nothing else. main.cpp dispatches `cytoscale <job>`; run.cpp chains them.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "jobs/common_options.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::jobs {

struct JobContext {
  const mpi::Communicator& comm;
  Log& log;
  const Clock& clock;
};

class Job {
 public:
  virtual ~Job() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line
  virtual std::string description()
      const = 0;  // paragraphs of the manual page: what it reads, does, writes; examples
  virtual void declare(cli::OptionSet& options) = 0;
  // The keys that were given, before they are assigned. A job that returns true from lists_problems() is also
  // given what is wrong with them, and started all the same.
  virtual void receive(const std::map<std::string, std::string>& values,
                       const std::vector<std::string>& problems) {
    (void)values, (void)problems;
  }
  virtual bool lists_problems() const { return false; }
  // After all options are set: defaults that follow from others (files in --output), then validate(). Throws
  // Error.
  virtual void resolve() {}
  // Files read and written; `run` skips the job when its options, inputs and outputs are as they were when it
  // completed.
  virtual std::vector<std::filesystem::path> inputs() const { return {}; }
  virtual std::vector<std::filesystem::path> outputs() const { return {}; }
  // Collective: yes. Throws the same Error on every rank, or lets anything else end in MPI_Abort.
  virtual void execute(JobContext& context) = 0;
};

// The job's options as they stand, for provenance.
nlohmann::json resolved_options(Job& job);

// One per file of this folder.
std::unique_ptr<Job> make_simulate_job();
std::unique_ptr<Job> make_simulate_shapes_job();
std::unique_ptr<Job> make_check_job();
std::unique_ptr<Job> make_illuminate_job();
std::unique_ptr<Job> make_segment_job();
std::unique_ptr<Job> make_crop_job();
std::unique_ptr<Job> make_train_job();
std::unique_ptr<Job> make_embed_job();
std::unique_ptr<Job> make_predict_job();
std::unique_ptr<Job> make_localize_job();
std::unique_ptr<Job> make_reduce_job();
std::unique_ptr<Job> make_evaluate_job();
std::unique_ptr<Job> make_run_job();

}  // namespace cytoscale::jobs
