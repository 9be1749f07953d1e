// A job: what it says of itself, its options, and its work. launch.hpp finds and starts one; chain.hpp
// chains them.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/manual_page.hpp"
#include "cli/options.hpp"
#include "mpi/run_context.hpp"
#include "pipeline/screen_digest.hpp"
#include "screen/screen.hpp"

namespace cytoscale::pipeline {

// What is known before anything is computed.
struct Outset {
  const screen::Screen& screen;
  int ranks;
  cli::Paths made;  // what the jobs before it in a chain will have written
  bool makes(const std::filesystem::path& file) const;
};

class Job {
 public:
  explicit Job(cli::JobText text) : text_(std::move(text)) {}
  virtual ~Job() = default;
  const std::string& name() const { return text_.name; }
  const cli::JobText& text() const { return text_; }
  // The job's options, declared when they are first asked for.
  cli::OptionSet& options();
  // What it reads of the screen, once its options are set.
  virtual ScreenUse screen_use() const { return {}; }
  // What was given, and where it stands, before it is assigned. A job that returns true from lists_problems()
  // is also given what is wrong with them, and started all the same.
  virtual void receive(const cli::CommandLine& line, const std::vector<std::string>& problems) {
    (void)line, (void)problems;
  }
  virtual bool lists_problems() const { return false; }
  // After all options are set: defaults that follow from others (files in --output), then validate(). Throws
  // Error.
  virtual void resolve() {}
  // Throws Error about what can be told before anything is computed: columns, labels, layers, numbers that
  // the ranks do not fit. A chain asks all its jobs before it starts the first. Collective: no.
  virtual void check(const Outset& outset) { (void)outset; }
  // Throws Error where so many ranks cannot share the work.
  virtual void check_ranks(int ranks) { (void)ranks; }
  // The folders in which no other job may write meanwhile, those of its outputs, each once; none: it writes
  // nothing.
  virtual cli::Paths locked_folders();
  // Collective: yes. Whatever it throws, on whatever rank, ends all ranks (mpi/guarded_run.hpp).
  virtual void execute(const mpi::RunContext& context) = 0;

 protected:
  virtual void declare(cli::OptionSet& options) = 0;

 private:
  cli::JobText text_;
  cli::OptionSet options_;
  bool declared_ = false;
};

using Jobs = std::vector<std::unique_ptr<Job>>;
using MakeJobs = std::function<Jobs()>;

// The options that decide the result, as they stand, for provenance.
nlohmann::json resolved_options(Job& job);
// Adds to the problems what the job has against its options, or against so many ranks. `from`: where values
// stand, as in OptionSet::assign().
void check_ranks(Job& job, int ranks, const std::map<std::string, std::string>& from,
                 std::vector<std::string>& problems);
// The files of a kind, of all options.
cli::Paths files_of(Job& job, cli::OptionKind kind);
// Every key of every job, once each: what a config file may hold.
std::vector<std::string> keys_of(const Jobs& jobs);

}  // namespace cytoscale::pipeline
