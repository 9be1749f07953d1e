// Scripts by which a shell completes jobs, options, and the words and files that options take.
#pragma once
#include <string>
#include <vector>

#include "cli/job_manual.hpp"
#include "core/enum_names.hpp"

namespace cytoscale::cli {

enum class Shell { bash, zsh, fish };

struct JobOptions {
  JobText text;
  const OptionSet& options;
};

// To be evaluated, or put where the shell looks for it; needs nothing of the program when it runs.
std::string completion_script(Shell shell, const std::vector<JobOptions>& jobs);

}  // namespace cytoscale::cli

template <>
struct cytoscale::EnumNames<cytoscale::cli::Shell> {
  static constexpr const char* what = "shell";
  static constexpr EnumName<cli::Shell> all[] = {
      {cli::Shell::bash, "bash"}, {cli::Shell::zsh, "zsh"}, {cli::Shell::fish, "fish"}};
};
