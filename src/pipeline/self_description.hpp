// What the program says of itself: overview, versions, manual pages, completion of the command line.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/job_base.hpp"

namespace cytoscale::pipeline {

struct Program {
  MakeJobs make_jobs;
  std::function<std::string()> libraries = [] {
    return std::string();
  };  // lines of --version on others' code
};

// The answer to the words of a command line that name no job: none at all, --help, -h, --version, -V,
// `help [JOB] [--format text|man|markdown]` and `completion SHELL`; nothing to others. Throws Error: no such
// job, format or shell. Collective: no.
std::optional<std::string> self_description(const std::vector<std::string>& words, const Program& program);

// The job of a name. Throws Error that names the nearest.
std::unique_ptr<Job> find_job(const std::string& name, Jobs jobs);

}  // namespace cytoscale::pipeline
