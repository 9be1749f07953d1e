#include "store/provenance/stamp.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "core/version.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Places and resources: they say where and how fast, not what.
const std::set<std::string> keys_without_effect = {
    "output",       "config",        "manifest",       "image-root",   "moa-file",   "platemap",
    "cells",        "illumination",  "model",          "locations",    "embeddings", "predictions",
    "profiles",     "profiles-csv",  "metrics",        "matches",      "failures",   "confusion",
    "log",          "threads",       "decode-threads", "queue-memory", "crops",      "stage",
    "device",       "force",         "quiet",          "ranks",        "resume",     "max-failed-fields",
    "image-memory", "localizations", "scores",         "truth-boxes",  "truth-masks"};

// All regular files below a folder by name relative to it, in order.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder));
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::int64_t mtime_of(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1'000'000'000 + status.st_mtim.tv_nsec;
}

json to_json(const std::vector<FileState>& states) {
  json list = json::array();
  for (const auto& state : states) {
    list.push_back({{"path", state.path}, {"size", state.size}, {"mtime_ns", state.mtime_ns}});
  }
  return list;
}

std::vector<FileState> states_from(const json& list) {
  std::vector<FileState> states;
  for (const auto& item : list) {
    states.push_back({item.at("path").get<std::string>(), item.at("size").get<std::int64_t>(),
                      item.at("mtime_ns").get<std::int64_t>()});
  }
  return states;
}

fs::path stamp_path(const fs::path& output, const std::string& job) {
  return output / "state" / (job + ".json");
}

std::string first_difference(const std::vector<FileState>& then, const std::vector<FileState>& now,
                             const std::string& what) {
  if (then.size() != now.size()) return "other " + what + " files";
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (then[i].path != now[i].path) return "another " + what + ", " + now[i].path;
    if (now[i].size < 0 && then[i].size >= 0) return now[i].path + " is missing";
    if (then[i] != now[i]) return now[i].path + " has changed";
  }
  return {};
}

std::string difference(const Stamp& then, const Stamp& now) {
  if (then.version != now.version) return "made by version " + then.version;
  const json before = options_that_matter(then.options), after = options_that_matter(now.options);
  if (before != after) {
    for (const auto& [key, value] : after.items()) {
      if (!before.contains(key) || before[key] != value) return "--" + key + " is now " + value.dump();
    }
    return "other options";
  }
  for (const auto& state : now.outputs) {
    if (state.size < 0) return state.path + " is missing";
  }
  std::string text = first_difference(then.inputs, now.inputs, "input");
  return text.empty() ? first_difference(then.outputs, now.outputs, "output") : text;
}

}  // namespace

json options_that_matter(const json& options) {
  json kept = json::object();
  for (const auto& [key, value] : options.items()) {
    if (keys_without_effect.count(key) == 0) kept[key] = value;
  }
  return kept;
}

std::string fingerprint_of_path(const fs::path& path) {
  std::error_code status;
  if (!fs::is_directory(path, status)) return fingerprint_of_file(path);
  Fingerprint fingerprint;
  for (const auto& file : files_below(path))
    fingerprint.add(file.string()).add(fingerprint_of_file(path / file));
  return fingerprint.text();
}

json make_provenance(const std::string& job, const json& options, const std::string& screen_fingerprint,
                     const std::map<std::string, fs::path>& inputs) {
  json provenance = {{"program", "cytoscale"},
                     {"version", std::string(version())},
                     {"job", job},
                     {"options", options_that_matter(options)}};
  if (!screen_fingerprint.empty()) provenance["screen"] = screen_fingerprint;
  for (const auto& [role, path] : inputs) {
    if (!path.empty()) provenance["inputs"][role] = fingerprint_of_path(path);
  }
  return provenance;
}

FileState state_of(const fs::path& path) {
  FileState state{path.string()};
  std::error_code status;
  if (fs::is_regular_file(path, status)) {
    state.size = static_cast<std::int64_t>(fs::file_size(path, status));
    state.mtime_ns = mtime_of(path);
  } else if (fs::is_directory(path, status)) {
    state.size = 0;
    for (const auto& file : files_below(path)) {
      state.size += static_cast<std::int64_t>(fs::file_size(path / file, status));
      state.mtime_ns = std::max(state.mtime_ns, mtime_of(path / file));
    }
  }
  return state;
}

Stamp make_stamp(const std::string& job, const json& options, const std::vector<fs::path>& inputs,
                 const std::vector<fs::path>& outputs) {
  Stamp stamp{job, std::string(version()), options, {}, {}};
  for (const auto& path : inputs) stamp.inputs.push_back(state_of(path));
  for (const auto& path : outputs) stamp.outputs.push_back(state_of(path));
  return stamp;
}

void write_stamp(const fs::path& output, const Stamp& stamp) {
  const json content = {{"job", stamp.job},
                        {"version", stamp.version},
                        {"options", stamp.options},
                        {"inputs", to_json(stamp.inputs)},
                        {"outputs", to_json(stamp.outputs)}};
  write_file_atomically(stamp_path(output, stamp.job), content.dump(2) + "\n");
}

std::optional<Stamp> read_stamp(const fs::path& output, const std::string& job) {
  try {
    const json content = json::parse(read_file(stamp_path(output, job)));
    return Stamp{content.at("job").get<std::string>(), content.at("version").get<std::string>(),
                 content.at("options"), states_from(content.at("inputs")),
                 states_from(content.at("outputs"))};
  } catch (const Error&) {
    return std::nullopt;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

bool is_current(const fs::path& output, const std::string& job, const json& options,
                const std::vector<fs::path>& inputs, const std::vector<fs::path>& outputs,
                std::string* why_not) {
  const auto then = read_stamp(output, job);
  const std::string why =
      then ? difference(*then, make_stamp(job, options, inputs, outputs)) : "it has not completed here yet";
  if (why_not != nullptr) *why_not = why;
  return why.empty();
}

}  // namespace cytoscale::store
