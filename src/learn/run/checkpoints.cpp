#include "learn/run/checkpoints.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "core/error.hpp"
#include "core/text/whole_number.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::learn {
namespace {

namespace fs = std::filesystem;

std::map<std::int64_t, fs::path> checkpoints_in(const fs::path& folder) {
  std::map<std::int64_t, fs::path> found;
  std::error_code problem;
  for (const auto& entry : fs::directory_iterator(folder, problem)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("checkpoint_") || !name.ends_with(".safetensors")) continue;
    const auto step =
        to_whole_number(name.substr(11, name.size() - 11 - 12), 0, std::numeric_limits<std::int64_t>::max());
    if (step) found[*step] = entry.path();
  }
  return found;
}

// Throws Error naming the first option that differs.
std::int64_t check_identity(const fs::path& path, const nlohmann::json& wanted) {
  const auto metadata = store::read_safetensors_metadata(path);
  const std::string remedy =
      "Train into another --output, remove the folder, or give --retrain to discard what is there";
  const auto identity = metadata.find(identity_key), step = metadata.find(step_key);
  const auto stored =
      identity == metadata.end() ? nlohmann::json() : nlohmann::json::parse(identity->second, nullptr, false);
  if (!stored.is_object() || step == metadata.end())
    throw Error("this file was not left by `cytoscale train`", path.string(), remedy);
  for (const auto& [key, value] : wanted.items()) {
    if (stored.contains(key) && stored[key] == value) continue;
    const auto before = stored.contains(key) ? stored[key].dump() : std::string("absent");
    if (key == "illumination")
      throw Error("it was trained on images corrected by another illumination.h5", path.string(), remedy);
    throw Error(key == "data" ? "it was trained on other cells, labels or held-out wells"
                              : "it was trained with other options: " + key + " was " + before + ", now " +
                                    value.dump(),
                path.string(), remedy);
  }
  return to_whole_number(step->second, 0, std::int64_t{1} << 53).value_or(0);
}

// Throws Error where there are checkpoints and none can be read.
std::optional<fs::path> newest_whole(const fs::path& folder, std::vector<fs::path>& damaged) {
  const auto checkpoints = checkpoints_in(folder);
  std::optional<Error> first;
  for (auto each = checkpoints.rbegin(); each != checkpoints.rend(); ++each) {
    try {
      store::read_safetensors(each->second);
      return each->second;
    } catch (const Error& error) {
      damaged.push_back(each->second);
      if (!first) first = error;
    }
  }
  if (first)
    throw Error("no checkpoint can be read: " + first->problem(), first->where(),
                "Give --retrain to begin anew, or train into another --output");
  return std::nullopt;
}

}  // namespace

FoundRun find_run(const mpi::Communicator& comm, const fs::path& folder, const nlohmann::json& identity) {
  FoundRun run;
  mpi::on_root(comm, [&] {
    const auto model = folder / "model.safetensors";
    if (fs::exists(model)) {
      run.complete = true;
      run.step = check_identity(model, identity);
      return;
    }
    const auto found = newest_whole(folder, run.damaged);
    if (!found) return;
    run.checkpoint = *found;
    run.step = check_identity(*found, identity);
  });
  run.complete = comm.max(run.complete ? 1 : 0) > 0;
  run.step = comm.max(run.step);
  const auto path = comm.broadcast(run.checkpoint ? run.checkpoint->string() : std::string());
  if (!path.empty()) run.checkpoint = path;
  return run;
}

fs::path checkpoint_path(const fs::path& folder, std::int64_t step) {
  return folder / ("checkpoint_" + std::to_string(step) + ".safetensors");
}

void write_checkpoint(const fs::path& folder, std::int64_t step, const store::SafeTensors& file) {
  store::write_safetensors(checkpoint_path(folder, step), file);
  auto there = checkpoints_in(folder);
  while (there.size() > 2) {
    std::error_code ignored;
    fs::remove(there.begin()->second, ignored);
    there.erase(there.begin());
  }
}

void remove_other_run(const fs::path& folder, const nlohmann::json& identity) {
  try {
    const auto model = folder / "model.safetensors";
    std::vector<fs::path> damaged;
    const auto checkpoint = fs::exists(model) ? std::optional(model) : newest_whole(folder, damaged);
    if (checkpoint) check_identity(*checkpoint, identity);
  } catch (const Error&) {
    remove_run(folder);
  }
}

void remove_run(const fs::path& folder) {
  for (const auto& [step, path] : checkpoints_in(folder)) fs::remove(path);
  for (const auto* name : {"model.safetensors", "train_log.csv", "training_wells.csv"})
    fs::remove(folder / name);
}

}  // namespace cytoscale::learn
