// A table of profiles: one row per well (or treatment), its metadata as text and its features as numbers.
// Read from the CSV of any tool or from an AnnData .h5ad, written as either.
#pragma once
#include <Eigen/Core>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::profile {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

struct ProfileTable {
  Table metadata;                     // one row per profile, in the order of the file
  std::vector<std::string> features;  // names, one per column of `values`
  std::vector<std::string> layers;    // the network's layer of each feature; empty where unknown
  Matrix values;                      // [profiles][features], finite
  std::vector<std::string> dropped;   // features left out, and why: "Cells_X (not finite in 3 of 96 rows)"
  std::vector<std::string> text_columns;  // taken as metadata only because they are not numbers
  std::vector<std::string> notes;         // what its reader left out or changed

  std::size_t size() const { return metadata.rows.size(); }
};

// CSV: columns whose names say so (input/feature_columns.hpp) and those with any value that is not a number
// are metadata; the others are features. Empty, NA, NaN and infinite values are missing. Metadata are made
// tidy (screen/input/tidy_metadata.hpp); rows without values and copies are left out; then features that are
// missing in more than `missing_cut` of the rows are dropped and listed (input/usable_rows.hpp). What was
// done is in `notes`. Throws Error: unreadable file, no rows, no features.
ProfileTable read_profile_csv(const std::filesystem::path& path, double missing_cut = 0);
// .h5ad: X are the features, obs the metadata, var's column "layer" the layers. The rest as above.
ProfileTable read_profile_anndata(const std::filesystem::path& path, double missing_cut = 0);
// By the file's ending: .h5ad, otherwise CSV.
ProfileTable read_profiles(const std::filesystem::path& path, double missing_cut = 0);
// What both do to a table that was read.
void make_usable(ProfileTable& profiles, double missing_cut, const std::string& where);

// Metadata columns, then features; numbers in the shortest form that reads back the same. Atomic.
void write_profile_csv(const std::filesystem::path& path, const ProfileTable& profiles);
// float64 X, obs = metadata, var = features (and layers), uns = provenance. Row names are plate_well where
// those columns exist. Atomic.
void write_profile_anndata(const std::filesystem::path& path, const ProfileTable& profiles,
                           const nlohmann::json& provenance);

// Removes the features that have a value that is not finite and lists them in `dropped`. Throws Error when
// none is left.
void drop_nonfinite(ProfileTable& profiles, const std::string& where);
// Keeps the features marked; `reasons[i]` is listed for each one that is not. Throws Error when none is left.
void keep_features(ProfileTable& profiles, const std::vector<char>& keep,
                   const std::vector<std::string>& reasons, const std::string& where);
// What was dropped, for people: how many, and for each reason some of them; "" where nothing was.
std::string dropped_text(const std::vector<std::string>& dropped);
// Features that became directions: "STEM0", "STEM1", …, of no layer.
void rename_features(ProfileTable& profiles, const std::string& stem);

}  // namespace cytoscale::profile
