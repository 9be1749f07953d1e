// Provenance inside result files, and stamps beside them by which `run` tells what is complete. Result files
// hold no time, host, rank count or place: equal inputs and options give equal bytes. Collective: no.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace cytoscale::store {

// {"program", "version" (with the commit), "job", "options", "screen", "inputs": {role: fingerprint}}.
// `options`: those that decide the result, resolved. `inputs`: role (e.g. "cells") to file or folder; empty
// paths are left out. Throws Error.
nlohmann::json make_provenance(const std::string& job, const nlohmann::json& options,
                               const std::string& screen_fingerprint = {},
                               const std::map<std::string, std::filesystem::path>& inputs = {});
// What a file is: the fingerprint of its content as its writer stored it, where provenance does not count, in
// the attribute (illumination.h5, cells.h5) or the seal (crops.h5, embeddings.h5ad), else that of its bytes;
// of a folder, of all files below it with their relative names. Throws Error.
inline constexpr const char* content_attribute = "content";
std::string fingerprint_of_path(const std::filesystem::path& path);

// A file as it stands, without reading it; a folder counts as the files below it. "absent" where there is
// none. Size, time of change and inode: a file that was put back by `cp -p` has another inode.
std::string state_of_path(const std::filesystem::path& path);

// What a stage reads: what it was, and, of files, how they stood, so that they need not be read again.
struct ReadState {
  std::string fingerprint, state;
};

struct Stamp {
  std::string job, version;
  nlohmann::json options;
  std::map<std::string, ReadState> reads;      // by name, e.g. "cells", "images", "Metadata_Compound"
  std::map<std::string, std::string> outputs;  // path to state
};

// What a file or folder is, by its content; where it stands as `then` says, it is not read again. Throws
// Error.
ReadState read_state(const std::vector<std::filesystem::path>& paths, const ReadState* then);
std::map<std::string, std::string> output_states(const std::vector<std::filesystem::path>& paths);

// DIR/state/<label>.json, atomic.
void write_stamp(const std::filesystem::path& output, const std::string& label, const Stamp& stamp);
// Nothing when absent or not readable as a stamp (then the stage runs again).
std::optional<Stamp> read_stamp(const std::filesystem::path& output, const std::string& label);

// Why a stage that left `then` must run again, `now` being what it would read and what is there of its
// outputs; empty: it need not.
struct Staleness {
  std::string why;
  bool by_reads = false;     // its options are as they were, but not what it reads
  bool by_metadata = false;  // … and of that metadata columns alone; what it wrote is there as it was
};
Staleness staleness(const std::optional<Stamp>& then, const Stamp& now);

}  // namespace cytoscale::store
