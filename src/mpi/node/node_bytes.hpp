// Bytes that each node of a run holds once, for all its ranks: a screen of millions of fields.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

struct NodeBytes {
  std::span<const std::byte> bytes;
  std::shared_ptr<const void> keeper;  // holds the memory; may be let go at any time, by any thread
};

// Parts begin at multiples of this.
inline constexpr std::size_t part_alignment = 64;
// Where each part begins; the last is their end.
std::vector<std::size_t> places_of_parts(std::span<const std::span<const std::byte>> parts);

// Rank 0's parts, one after the other. The ranks of a node map one piece of POSIX shared memory (not an MPI
// window, which all ranks would have to free together: a thread that hangs in a file may hold the memory
// longer than the job lasts). Where a node has too little of it (a container's /dev/shm), each of its ranks
// has a copy. Throws the same Error on all ranks. Collective: yes.
NodeBytes on_each_node(const Communicator& comm, std::span<const std::span<const std::byte>> parts);

}  // namespace cytoscale::mpi
