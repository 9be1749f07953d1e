// Copies of a large file that ranks read at random, nearer to them: on the node's own disk, or in its memory.
#pragma once
#include <filesystem>
#include <string>

#include "core/log.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::store {

// A folder, or "memory": the node's shared memory (/dev/shm). One rank of each node copies; a complete copy
// of the same file (size and time of change) is used as it is. `key` tells files apart that have one name.
// Returns the copy's path. Throws the same Error on all ranks: no room, a failed copy. Collective: yes.
std::filesystem::path stage_file(const mpi::Communicator& comm, const std::filesystem::path& file,
                                 const std::string& key, const std::string& where, Log& log);

// Once every rank of the node has opened a copy in memory its name is removed: its memory is free when the
// last process that holds it open ends, however that ends. Copies on disk stay. Collective: yes.
void release_staged(const mpi::Communicator& comm, const std::filesystem::path& copy,
                    const std::string& where);

}  // namespace cytoscale::store
