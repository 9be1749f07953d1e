// Normalisation of well profiles against the control wells (method.md §4). Serial: a rank that has all wells
// calls it.
//   standardize    z = (x−μ)/σ, μ and σ (divisor n) of the control wells of the group
//   mad_robustize  (x−median)/(1.4826·MAD) of the control wells of the group
//   whiten         standardize, then x' = zV(Λ+λI)^(−1/2), C = ZᵀZ/n = VΛVᵀ over all control wells
//   tvn            whiten, then CORAL per batch: x'' = x'·(C_b+I)^(−1/2)·(C_all+λI)^(1/2)  (Ando et al. 2017)
// The group is all wells, the plate or the batch (`within`); it governs the first step only. Another method
// (sphering) is a word here, a function below and a case in normalize().
#pragma once
#include <string>
#include <vector>

#include "profile/groups.hpp"
#include "profile/profile_table.hpp"
#include "screen/columns.hpp"

namespace cytoscale {

enum class Normalization { none, standardize, mad_robustize, whiten, tvn };
enum class Within { all, plate, batch };

struct NormalizeOptions {
  Normalization method = Normalization::none;
  Within within = Within::all;
  double lambda = 1;
  void validate() const;  // throws Error: lambda negative or not finite
};

const std::vector<std::string>& normalization_words();  // for options
const std::vector<std::string>& within_words();
Normalization parse_normalization(const std::string& word);  // throw Error
Within parse_within(const std::string& word);
std::string normalization_name(Normalization method);
std::string within_name(Within within);

// The wells' roles in a normalisation; all of one length.
struct WellRoles {
  std::vector<char> control;
  std::vector<std::string> plate, batch;  // may be empty where no group by it is asked for
};
// Reads what `options` needs from the metadata columns. Throws Error: a column is missing, no control well.
WellRoles well_roles(const Table& metadata, const ColumnRoles& columns, const NormalizeOptions& options,
                     const std::string& where);

// The steps. Features whose σ (or MAD) is 0 or not finite in any group are dropped and listed in `dropped`.
// Throws Error: a group without at least two control wells, no feature left.
void standardize(ProfileTable& profiles, const std::vector<std::string>& group,
                 const std::vector<char>& control, const std::string& where);
void mad_robustize(ProfileTable& profiles, const std::vector<std::string>& group,
                   const std::vector<char>& control, const std::string& where);
// On standardised profiles. Features are renamed whitened_0 … (they are directions, by rising variance).
void whiten(ProfileTable& profiles, const std::vector<char>& control, double lambda);
// On whitened profiles. Features are renamed tvn_0 …. Throws Error: a batch without control wells.
void coral(ProfileTable& profiles, const std::vector<std::string>& batch, const std::vector<char>& control,
           double lambda, const std::string& where);

// All of it. `where` names the profiles in errors.
ProfileTable normalize(ProfileTable profiles, const WellRoles& roles, const NormalizeOptions& options,
                       const std::string& where);

}  // namespace cytoscale
