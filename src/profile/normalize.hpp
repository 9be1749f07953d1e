// Normalization of well profiles against the control wells (docs/method.md, "Profiles"). Serial: a rank that
// has all wells calls it. In this order, each step where it is asked for:
//   transform     standardize, select features, then principal components or factors in their place
//   first step    center and scale by the controls of each group (scaling.hpp)
//   selection     of features (feature_selection.hpp), where no transform has done it
//   second step   decorrelation by all controls: whitening, sphering (whitening.hpp)
//   correction    of batches (batch_correction.hpp)
// The group is all wells, the plate or the batch (`within`); it governs the first step only. Another method
// is a word and a case in normalize.cpp, and a function where its step is.
#pragma once
#include <string>
#include <vector>
#include "core/enum_names.hpp"

#include "profile/batch_correction.hpp"
#include "profile/factors.hpp"
#include "profile/feature_selection.hpp"
#include "profile/groups.hpp"
#include "profile/profile_table.hpp"
#include "profile/scaling.hpp"
#include "profile/whitening.hpp"
#include "screen/column_roles.hpp"

namespace cytoscale::profile {

enum class Normalization {
  none,
  standardize,
  mad_robustize,
  whiten,          // standardize, whiten
  tvn,             // standardize, whiten, CORAL per batch: typical variation normalization (Ando et al. 2017)
  sphere_pca,      // center, sphere: pycytominer's PCA
  sphere_pca_cor,  // standardize, sphere: PCA-cor
  sphere_zca,      // ZCA
  sphere_zca_cor   // ZCA-cor
};
enum class Within { all, plate, batch };

struct NormalizeOptions {
  Normalization method = Normalization::none;
  Within within = Within::all;
  double lambda = 1;                                         // of whitening and CORAL
  double epsilon = 1e-6;                                     // of sphering: added to singular values
  BatchCorrection batch_correction = BatchCorrection::none;  // tvn implies coral
  FeatureSelection selection = {};
  Transform transform = Transform::none;
  int components = 50;  // of the transform
  BatchCorrection correction() const;
  // Throws Error: lambda or epsilon negative or not finite, a cut outside [0, 1], tvn with another
  // correction.
  void validate() const;
};

// The wells' roles in a normalization; all of one length, or empty where `options` needs none.
struct WellRoles {
  std::vector<char> control;
  std::vector<std::string> plate, batch;
};
// Reads what `options` needs from the metadata columns. Throws Error: a column is missing, no control well.
WellRoles well_roles(const Table& metadata, const screen::ColumnRoles& columns,
                     const NormalizeOptions& options, const std::string& where);

// All of it. `where` names the profiles in errors.
ProfileTable normalize(ProfileTable profiles, const WellRoles& roles, const NormalizeOptions& options,
                       const std::string& where, int threads = 1);

}  // namespace cytoscale::profile

template <>
struct cytoscale::EnumNames<cytoscale::profile::Normalization> {
  static constexpr const char* what = "normalization";
  static constexpr EnumName<profile::Normalization> all[] = {
      {profile::Normalization::none, "none"},
      {profile::Normalization::standardize, "standardize"},
      {profile::Normalization::mad_robustize, "mad_robustize"},
      {profile::Normalization::whiten, "whiten"},
      {profile::Normalization::tvn, "tvn"},
      {profile::Normalization::sphere_pca, "sphere_pca"},
      {profile::Normalization::sphere_pca_cor, "sphere_pca_cor"},
      {profile::Normalization::sphere_zca, "sphere_zca"},
      {profile::Normalization::sphere_zca_cor, "sphere_zca_cor"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::profile::Within> {
  static constexpr const char* what = "group to normalize in";
  static constexpr EnumName<profile::Within> all[] = {
      {profile::Within::all, "all"}, {profile::Within::plate, "plate"}, {profile::Within::batch, "batch"}};
};
