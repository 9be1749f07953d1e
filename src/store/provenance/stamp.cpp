#include "store/provenance/stamp.hpp"

#include <sys/stat.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/fingerprint.hpp"
#include "core/system/files.hpp"
#include "core/version.hpp"
#include "store/integrity/sealed_file.hpp"
#include "store/provenance/recipe.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// All regular files below a folder by name relative to it, in order.
std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (auto at = fs::recursive_directory_iterator(folder, failure); !failure && at != fs::end(at);
       at.increment(failure)) {
    if (at->is_regular_file(failure) && !failure) files.push_back(at->path().lexically_relative(folder));
  }
  if (failure)
    throw Error("the folder cannot be read (" + failure.message() + ")", folder.string(),
                "Check its permissions");
  std::sort(files.begin(), files.end());
  return files;
}

std::string state_of_file(const fs::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return "absent";
  return std::to_string(status.st_size) + " bytes, " + std::to_string(status.st_mtim.tv_sec) + "." +
         std::to_string(status.st_mtim.tv_nsec) + ", inode " + std::to_string(status.st_ino);
}

fs::path stamp_path(const fs::path& output, const std::string& label) {
  return output / "state" / (label + ".json");
}

// What was read then and is read now, by name, where it is not the same; in words.
std::map<std::string, std::string> read_differences(const Stamp& then, const Stamp& now) {
  std::map<std::string, std::string> found;
  for (const auto& [name, state] : now.reads) {
    const auto before = then.reads.find(name);
    if (before == then.reads.end())
      found[name] = name + " is read now";
    else if (before->second.fingerprint != state.fingerprint)
      found[name] = name + (state.fingerprint == "absent" ? " is missing" : " has changed");
  }
  for (const auto& [name, state] : then.reads)
    if (!now.reads.contains(name)) found[name] = name + " is not read any more";
  return found;
}

std::string output_difference(const Stamp& then, const Stamp& now) {
  for (const auto& [path, state] : now.outputs) {
    if (state == "absent") return path + " is missing";
    const auto before = then.outputs.find(path);
    if (before == then.outputs.end()) return path + " was not written by it";
    if (before->second != state) return path + " has changed since it was written";
  }
  return {};
}

// Empty where the writer stored none.
std::string stored_content(const fs::path& path) {
  const auto extension = path.extension();
  if (extension != ".h5" && extension != ".h5ad") return {};
  try {
    if (const auto seal = read_seal(path); seal && !seal->content.empty()) return seal->content;
    return open_checked(path).root().text_attribute(content_attribute, "");
  } catch (const Error&) {
    return {};
  }
}

}  // namespace

std::string fingerprint_of_path(const fs::path& path) {
  std::error_code status;
  if (!fs::is_directory(path, status)) {
    const auto stored = stored_content(path);
    return stored.empty() ? fingerprint_of_file(path) : stored;
  }
  Fingerprint fingerprint;
  for (const auto& file : files_below(path))
    fingerprint.add(file.string()).add(fingerprint_of_file(path / file));
  return fingerprint.text();
}

std::string state_of_path(const fs::path& path) {
  std::error_code status;
  if (!fs::is_directory(path, status)) return state_of_file(path);
  Fingerprint fingerprint;
  for (const auto& file : files_below(path)) fingerprint.add(file.string()).add(state_of_file(path / file));
  return fingerprint.text();
}

json make_provenance(const std::string& job, const json& options, const std::string& screen_fingerprint,
                     const std::map<std::string, fs::path>& inputs) {
  json provenance = {
      {"program", "cytoscale"}, {"version", version_text()}, {"job", job}, {"options", options}};
  if (!screen_fingerprint.empty()) provenance["screen"] = screen_fingerprint;
  for (const auto& [role, path] : inputs) {
    if (!path.empty()) provenance["inputs"][role] = fingerprint_of_path(path);
  }
  return provenance;
}

ReadState read_state(const std::vector<fs::path>& paths, const ReadState* then) {
  Fingerprint states;
  bool there = !paths.empty();
  for (const auto& path : paths) {
    const auto state = state_of_path(path);
    there = there && state != "absent";
    states.add(path.string()).add(state);
  }
  ReadState now{"absent", states.text()};
  if (!there) return now;
  if (then && then->state == now.state) return *then;
  Fingerprint contents;
  for (const auto& path : paths) contents.add(fingerprint_of_path(path));
  now.fingerprint = contents.text();
  return now;
}

std::map<std::string, std::string> output_states(const std::vector<fs::path>& paths) {
  std::map<std::string, std::string> states;
  for (const auto& path : paths) states[path.string()] = state_of_path(path);
  return states;
}

void write_stamp(const fs::path& output, const std::string& label, const Stamp& stamp) {
  json reads = json::object();
  for (const auto& [name, read] : stamp.reads) reads[name] = {read.fingerprint, read.state};
  const json content = {{"job", stamp.job},
                        {"version", stamp.version},
                        {"options", stamp.options},
                        {"reads", reads},
                        {"outputs", stamp.outputs}};
  write_file_atomically(stamp_path(output, label), content.dump(2) + "\n");
}

std::optional<Stamp> read_stamp(const fs::path& output, const std::string& label) {
  try {
    const json content = json::parse(read_file(stamp_path(output, label)));
    Stamp stamp{content.at("job"), content.at("version"), content.at("options"), {}, content.at("outputs")};
    for (const auto& [name, read] : content.at("reads").items()) stamp.reads[name] = {read.at(0), read.at(1)};
    return stamp;
  } catch (const Error&) {
    return std::nullopt;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

Staleness staleness(const std::optional<Stamp>& then, const Stamp& now) {
  if (!then) return {"it has not completed here yet", false};
  if (then->version != now.version) return {"made by version " + then->version, false};
  const json before = {{"options", then->options}}, after = {{"options", now.options}};
  if (const auto text = recipe_difference(before, after); !text.empty()) return {text, false};
  const auto outputs = output_difference(*then, now);
  if (const auto reads = read_differences(*then, now); !reads.empty())
    return {reads.begin()->second, true,
            outputs.empty() && std::all_of(reads.begin(), reads.end(), [](const auto& read) {
              return read.first.starts_with("Metadata_");
            })};
  return {outputs, false};
}

}  // namespace cytoscale::store
