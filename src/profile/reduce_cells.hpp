// Cells to wells over ranks: embeddings.h5ad in, well profiles out. Each well is reduced by one rank, its
// cells in global order, so the profiles have the same bits for any number of ranks (docs/architecture.md,
// rule 7). Memory: one block of rows per thread (a whole well unless it is the mean), and on root the well
// profiles; independent of the number of cells.
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "core/system/clock.hpp"
#include "mpi/communicator.hpp"
#include "profile/aggregate.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::profile {

// A run of fields of one plate and well.
struct WellFields {
  std::size_t first_field, field_count;
};
std::vector<WellFields> wells_of_fields(const Table& fields);

// Metadata per well: the field columns that hold one value throughout every well (never Metadata_Site).
Table well_metadata(const Table& fields, const std::vector<WellFields>& wells);

// The rank that reduces each well: contiguous, balanced by rows.
std::vector<int> ranks_of_wells(const std::vector<WellFields>& wells, std::span<const std::int64_t> first_row,
                                int ranks);

struct ReducedWells {
  ProfileTable wells;                    // on root; metadata ends with Metadata_CellCount
  std::vector<std::string> empty_wells;  // on root: "plate P1, well A01": no cells, left out
  std::int64_t cells = 0, skipped = 0;   // on root; skipped: rows of failed fields or not finite
  nlohmann::json provenance;             // of the embeddings
};

// `threads`: of this rank, at least 1. Throws the same Error on all ranks: unreadable file, no cell in any
// well. Collective: yes.
ReducedWells reduce_cells(const mpi::Communicator& comm, const std::filesystem::path& embeddings,
                          const Aggregation& how, int threads, const Clock& clock);

}  // namespace cytoscale::profile
