// Rows of a simulated screen's tables, made by all ranks.
#pragma once
#include <filesystem>
#include <string>

#include "core/table/csv.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::simulate {

std::string decimals(double value, int digits);
// As CSV lines without the header line.
std::string body_text(const Table& table);
// The columns' names, then each rank's lines, rank by rank. Atomic. Collective: yes.
void write_rows(const mpi::Communicator& comm, const std::filesystem::path& path,
                std::vector<std::string> columns, const std::string& mine);

}  // namespace cytoscale::simulate
