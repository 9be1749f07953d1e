// Whether a result file is whole: every field done or given up, every byte as its writer meant it, provenance
// there. HDF5 files (.h5, .h5ad) by their seal (seal.hpp), .safetensors by their checksums.
#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "mpi/communicator.hpp"

namespace cytoscale::store {

struct Verdict {
  std::string summary;                // "36 fields, of which 1 could not be read"; may be empty
  std::vector<std::string> problems;  // why it is not whole; empty: it is
};

// Ranks share the file's bytes, and all get the same verdict. A file that is missing, cut, of another program
// or without checksums is not whole. Throws an AgreedError where a signal asks to stop. Collective: yes.
Verdict verify_file(const mpi::Communicator& comm, const std::filesystem::path& path);

// Each in turn: a line for each goes to `report` of rank 0, "FILE: whole" or why it is not. Throws the same
// Error on all ranks where one is not whole. Collective: yes.
void verify_files(const mpi::Communicator& comm, const std::vector<std::filesystem::path>& paths,
                  std::ostream& report);

}  // namespace cytoscale::store
