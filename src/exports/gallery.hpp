// The folders of the Cell Painting Gallery for features of networks, `workspace_dl` (documentation,
// data_structure.md), below a folder that stands for PROJECT/SOURCE:
//   workspace_dl/embeddings/MODEL/BATCH/PLATE/WELL/SITE/embedding.npz  cells, as DeepProfiler writes them
//   workspace_dl/profiles/MODEL/BATCH/PLATE/PLATE.parquet              wells, before normalization
//   workspace_dl/profiles/MODEL/BATCH/PLATE/PLATE_normalized.parquet   normalized well profiles
//   workspace_dl/collated/MODEL/collated.parquet                       the same of all plates
//   workspace_dl/consensus/MODEL/consensus.parquet                     treatment profiles
// or .csv.gz in place of .parquet. BATCH is what the column roles say.
#pragma once
#include <filesystem>
#include <functional>
#include <string>

#include "core/threads/worker_pool.hpp"
#include "exports/cell_source.hpp"
#include "exports/profile_source.hpp"
#include "exports/site_files.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::exports {

struct Gallery {
  std::filesystem::path folder;
  std::string model;
  screen::ColumnRoles roles;
  std::string ending;  // of tables: ".parquet" or ".csv.gz"
  std::function<void(const std::filesystem::path&, const RowSource&)> write_table;

  // All throw Error: no batch, a name that cannot be a folder's, and what writing throws.
  void write_cells(const CellSource& cells, SiteFiles files, WorkerPool& threads) const;
  // PLATE + suffix, for each plate.
  void write_plates(const ProfileSource& profiles, const std::string& suffix) const;
  void write_collated(const ProfileSource& profiles) const;
  void write_consensus(const ProfileSource& treatments) const;
};

}  // namespace cytoscale::exports
