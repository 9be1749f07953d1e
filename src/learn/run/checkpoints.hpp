// What a training run leaves in its folder, and what a later one finds there: checkpoint_<step>.safetensors
// (weights, optimiser, step, options; the last two are kept) and model.safetensors (weights; the run is
// complete). Torch-free.
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "mpi/communicator.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::learn {

struct FoundRun {
  bool complete = false;                            // model.safetensors of these options
  std::optional<std::filesystem::path> checkpoint;  // of these options, the latest
  std::int64_t step = 0;                            // of the checkpoint, or of the complete model
  std::vector<std::filesystem::path> damaged;       // later checkpoints that cannot be read (rank 0 knows)
};

// Root looks, all ranks get the answer. Throws Error on all ranks when model or checkpoint come from other
// options or data (names the first that differs). A checkpoint that cannot be read is passed over for the one
// before; Error where none can be. Collective: yes.
FoundRun find_run(const mpi::Communicator& comm, const std::filesystem::path& folder,
                  const nlohmann::json& identity);

std::filesystem::path checkpoint_path(const std::filesystem::path& folder, std::int64_t step);
// Writes it and removes all but the last two. On one rank. Collective: no.
void write_checkpoint(const std::filesystem::path& folder, std::int64_t step, const store::SafeTensors& file);
// Model, checkpoints, log: all that training writes. On one rank.
void remove_run(const std::filesystem::path& folder);
// The same where what is there is of another identity, or not to be read. Collective: no.
void remove_other_run(const std::filesystem::path& folder, const nlohmann::json& identity);

// Metadata keys of both kinds of file.
inline constexpr const char* identity_key = "training";
inline constexpr const char* step_key = "step";

}  // namespace cytoscale::learn
