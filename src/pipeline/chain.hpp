// A chain of jobs, each done where it must be: the engine of the job `run`.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "pipeline/stage.hpp"

namespace cytoscale::pipeline {

class Chain {
 public:
  explicit Chain(std::vector<Stage> stages) : stages_(std::move(stages)) {}
  std::vector<std::string> labels() const;

  // Adds the stages' options to those that there are, each key once; a value that is set is set in all stages
  // that know the key. The chain must outlive the options, at its place.
  void share(cli::OptionSet& options);
  // In all stages that know the key. Throws Error for a value that does not fit.
  void assign(const std::map<std::string, std::string>& values);
  // Decided by the chain for one stage, in place of what is given; a label that is not there counts for
  // nothing.
  void fix(const std::string& label, std::map<std::string, std::string> values);
  void leave_out(const std::string& label);
  // Leaves out what follows, but for `label`-untrained and what stands before it: the same job's twin. Throws
  // Error where there is no such stage; `where` is the option.
  void end_at(const std::string& label, const std::string& where);
  // After all of these: each stage's own values, then its defaults and checks. Throws Error.
  void resolve();

  // Asks each stage whether it can be done (Job::check()); then does each that must be done, in order, and
  // leaves its stamp; a stop is heeded between stages. The log says why a stage is done or skipped; with
  // `explain` that is all. Collective: yes.
  void run(const mpi::RunContext& context, const StageRoom& room, bool explain);

 private:
  Stage* find(const std::string& label);
  void check(Outset outset);
  void run_stage(const mpi::RunContext& context, const StageRoom& room, Stage& stage);

  std::vector<Stage> stages_;
  std::vector<Stage> left_out_;  // options that were shared still refer to them
};

}  // namespace cytoscale::pipeline
