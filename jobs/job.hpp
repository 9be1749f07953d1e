// A job: its options and its wiring. launch.cpp finds and starts one; run.cpp chains them.
#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/options.hpp"
#include "jobs/shared/common_options.hpp"
#include "mpi/run_context.hpp"
#include "pipeline/screen_digest.hpp"
#include "screen/screen.hpp"

namespace cytoscale::jobs {

// What is known before anything is computed.
struct Outset {
  const screen::Screen& screen;
  int ranks;
  cli::Paths made;  // what the jobs before it in a chain will have written
  bool makes(const std::filesystem::path& file) const;
};

class Job {
 public:
  virtual ~Job() = default;
  virtual std::string name() const = 0;
  virtual std::string summary() const = 0;  // one line
  virtual std::string description()
      const = 0;  // paragraphs of the manual page: what it reads, does, writes; examples
  // The job's options, declared when they are first asked for.
  cli::OptionSet& options();
  // What it reads of the screen, once its options are set.
  virtual pipeline::ScreenUse screen_use() const { return {}; }
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
  // Throws Error about what can be told before anything is computed: columns, labels, layers, numbers that
  // the ranks do not fit. `run` asks all its jobs before it starts the first. Collective: no.
  virtual void check(const Outset& outset) { (void)outset; }
  // The folder in which no other job may write meanwhile; empty: it writes nothing.
  virtual std::filesystem::path locked_folder();
  // Collective: yes. Whatever it throws, on whatever rank, ends all ranks (mpi/guarded_run.hpp).
  virtual void execute(const mpi::RunContext& context) = 0;

 protected:
  virtual void declare(cli::OptionSet& options) = 0;

 private:
  cli::OptionSet options_;
  bool declared_ = false;
};

// The options that decide the result, as they stand, for provenance.
nlohmann::json resolved_options(Job& job);
// The files of a kind, of all options.
cli::Paths files_of(Job& job, cli::OptionKind kind);

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
