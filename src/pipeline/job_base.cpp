#include "pipeline/job_base.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace cytoscale::pipeline {
namespace {

bool lies_in(const std::filesystem::path& file, const std::filesystem::path& folder) {
  const auto relative = file.lexically_normal().lexically_relative(folder.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

}  // namespace

cli::OptionSet& Job::options() {
  if (!declared_) {
    declared_ = true;
    declare(options_);
  }
  return options_;
}

bool Outset::makes(const std::filesystem::path& file) const {
  const auto same = [&](const auto& other) { return other.lexically_normal() == file.lexically_normal(); };
  return std::any_of(made.begin(), made.end(), same);
}

std::filesystem::path Job::locked_folder() {
  const auto written = files_of(*this, cli::OptionKind::output);
  if (written.empty()) return {};
  const auto* output = options().find("output");
  const std::filesystem::path folder = output ? output->get() : std::string();
  if (!folder.empty() && lies_in(written.front(), folder)) return folder;
  const auto own = written.front().parent_path();
  return own.empty() ? std::filesystem::path(".") : own;
}

nlohmann::json resolved_options(Job& job) {
  return job.options().to_json({cli::OptionKind::result, cli::OptionKind::screen});
}

cli::Paths files_of(Job& job, cli::OptionKind kind) {
  cli::Paths all;
  for (const auto& [key, paths] : job.options().files(kind))
    all.insert(all.end(), paths.begin(), paths.end());
  return all;
}

std::vector<std::string> keys_of(const Jobs& jobs) {
  std::vector<std::string> keys;
  for (const auto& job : jobs)
    for (const auto& option : job->options().options())
      if (std::find(keys.begin(), keys.end(), option.key) == keys.end()) keys.push_back(option.key);
  return keys;
}

}  // namespace cytoscale::pipeline
