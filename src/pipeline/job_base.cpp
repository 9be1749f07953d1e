#include "pipeline/job_base.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "core/placed_error.hpp"

namespace cytoscale::pipeline {
namespace {

namespace fs = std::filesystem;

// A folder by whatever name: those that are not there yet, too.
fs::path place_of(const fs::path& folder) {
  std::error_code unreadable;
  const auto place = fs::weakly_canonical(fs::absolute(folder), unreadable);
  return unreadable ? folder.lexically_normal() : place;
}

bool lies_in(const fs::path& folder, const fs::path& other) {
  const auto relative = folder.lexically_relative(other);
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

cli::Paths Job::locked_folders() {
  const auto* output = options().find("output");
  const fs::path folder = output ? output->get() : std::string();
  std::map<fs::path, fs::path> folders;  // by place, as the user names them
  for (const auto& file : files_of(*this, cli::OptionKind::output)) {
    const auto own = file.has_parent_path() ? file.parent_path() : fs::path(".");
    const bool inside = !folder.empty() && lies_in(place_of(own), place_of(folder));
    folders.emplace(place_of(inside ? folder : own), inside ? folder : own);
  }
  cli::Paths names;
  for (const auto& [place, name] : folders) names.push_back(name);
  return names;
}

nlohmann::json resolved_options(Job& job) {
  return job.options().to_json({cli::OptionKind::result, cli::OptionKind::screen});
}

void check_ranks(Job& job, int ranks, const std::map<std::string, std::string>& from,
                 std::vector<std::string>& problems) {
  if (ranks < 1) return;
  try {
    job.resolve();
    job.check_ranks(ranks);
  } catch (const Error& error) {
    problems.emplace_back(placed(error, from).what());
  }
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
