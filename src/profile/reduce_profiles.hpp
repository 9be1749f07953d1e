// Cells to normalized well profiles to treatment profiles, from files to files.
#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>

#include "mpi/run_context.hpp"
#include "profile/aggregate.hpp"
#include "profile/normalize.hpp"
#include "screen/column_roles.hpp"
#include "screen/screen.hpp"

namespace cytoscale::profile {

struct ReduceFiles {
  std::filesystem::path embeddings;   // read
  std::filesystem::path profiles_in;  // instead: well profiles of any tool, .csv or .h5ad; empty: none
  // Written, each .h5ad: wells before normalization (not of profiles_in), after it, and treatments; the
  // latter two with a .csv beside them.
  std::filesystem::path wells, profiles, treatments;
  void validate() const;  // throws Error
};

struct ReduceOptions {
  screen::ColumnRoles roles;
  NormalizeOptions normalize = {.method = Normalization::whiten};
  Aggregation cells, wells;  // of cells to wells, of wells to treatments
  int threads = 0;           // per rank; 0: its share of the processors
  void validate() const;     // throws Error
  // Throws Error: columns that the screen does not have, no control well.
  void check(const screen::Screen& screen) const;
};

std::filesystem::path csv_beside(std::filesystem::path path);

// Root normalizes and writes; the same bytes for any number of ranks. `options`: for provenance, those that
// decide the result. The log lists cells, wells and features that are left out. Throws the same Error on all
// ranks. Collective: yes.
void reduce_profiles(const mpi::RunContext& context, const ReduceFiles& files, const ReduceOptions& how,
                     const nlohmann::json& options);

}  // namespace cytoscale::profile
