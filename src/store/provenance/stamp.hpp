// Provenance inside result files, and stamps beside them by which `run` skips what is complete.
// Result files hold no time, host, rank count or place: equal inputs and options give equal bytes.
// Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cytoscale::store {

// {"program", "version", "job", "options", "screen", "inputs": {role: fingerprint}}. `options` are the
// resolved ones (OptionSet::to_json()); keys that name places or resources (output, manifest, threads, …) are
// left out, since they do not change a result; what stands in those files is told by fingerprints. `inputs`:
// role (e.g. "cells") to file or folder; empty paths are left out.
nlohmann::json make_provenance(const std::string& job, const nlohmann::json& options,
                               const std::string& screen_fingerprint = {},
                               const std::map<std::string, std::filesystem::path>& inputs = {});
// The options without those keys.
nlohmann::json options_that_matter(const nlohmann::json& options);
// Of a file's content, or of all files below a folder with their relative names. Throws Error.
std::string fingerprint_of_path(const std::filesystem::path& path);

// A file as it stood when a job ended; a folder counts as the files below it.
struct FileState {
  std::string path;
  std::int64_t size = -1, mtime_ns = 0;  // -1: absent
  bool operator==(const FileState&) const = default;
};
FileState state_of(const std::filesystem::path& path);

struct Stamp {
  std::string job, version;
  nlohmann::json options;
  std::vector<FileState> inputs, outputs;
};

// The job's options and the present state of its files. Call after the outputs are complete.
Stamp make_stamp(const std::string& job, const nlohmann::json& options,
                 const std::vector<std::filesystem::path>& inputs,
                 const std::vector<std::filesystem::path>& outputs);
// DIR/state/<job>.json, atomic.
void write_stamp(const std::filesystem::path& output, const Stamp& stamp);
// Nothing when absent or not readable as a stamp (then the job runs again).
std::optional<Stamp> read_stamp(const std::filesystem::path& output, const std::string& job);

// True when a stamp tells that the job completed with these options (those that matter), by this version,
// from inputs and into outputs that are unchanged since. `why_not` (may be null) receives the first
// difference, for the log.
bool is_current(const std::filesystem::path& output, const std::string& job, const nlohmann::json& options,
                const std::vector<std::filesystem::path>& inputs,
                const std::vector<std::filesystem::path>& outputs, std::string* why_not = nullptr);

}  // namespace cytoscale::store
