// Sealing a file that is complete: the last thing before it is renamed to its place (seal.hpp).
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "mpi/communicator.hpp"
#include "store/integrity/seal.hpp"

namespace cytoscale::store {

struct SealPlan {
  std::vector<SealedColumn> columns;  // whose rows have checksums by field, in the dataset
  std::string field_sums;
  // What decides the file's text (its numbers are known by their checksums), for a fingerprint of its
  // content. Empty: no such fingerprint is stored.
  std::string text_content;
};

// The file is closed, and what each rank wrote is on disk. Ranks share the reading of all but the rows. The
// caller syncs. Throws the same Error on all ranks. Collective: yes.
void seal_file(const mpi::Communicator& comm, const std::filesystem::path& path, const SealPlan& plan = {});

}  // namespace cytoscale::store
