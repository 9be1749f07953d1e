#include "profile/normalize.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::profile {
namespace {

bool needs_controls(const NormalizeOptions& options) {
  return options.method != Normalization::none || options.transform != Transform::none ||
         options.correction() != BatchCorrection::none;
}

void check_at_least_zero(double value, const std::string& name, const std::string& usual) {
  if (value >= 0 && std::isfinite(value)) return;
  throw Error(name + " is " + number_text(value), "--" + name,
              "Give a number of 0 or more (" + usual + " is usual)");
}

// What the steps share.
struct Wells {
  ProfileTable& profiles;
  const std::vector<std::string>& group;
  const WellRoles& roles;
  const std::string& where;
  int threads;

  std::size_t groups() const { return std::set<std::string>(group.begin(), group.end()).size(); }
};

void first_step(Wells& wells, Normalization method) {
  switch (method) {
    case Normalization::none:
      return;
    case Normalization::mad_robustize:
      return mad_robustize(wells.profiles, wells.group, wells.roles.control, wells.where);
    case Normalization::sphere_pca:
    case Normalization::sphere_zca:
      return center(wells.profiles, wells.group, wells.roles.control, wells.where);
    default:
      return standardize(wells.profiles, wells.group, wells.roles.control, wells.where);
  }
}

void second_step(Wells& wells, const NormalizeOptions& options) {
  const auto sphere_by = [&](Sphering kind) {
    sphere(wells.profiles, wells.roles.control, kind, options.epsilon, wells.groups(), wells.where,
           wells.threads);
  };
  switch (options.method) {
    case Normalization::whiten:
    case Normalization::tvn:
      return whiten(wells.profiles, wells.roles.control, options.lambda, wells.threads);
    case Normalization::sphere_pca:
    case Normalization::sphere_pca_cor:
      return sphere_by(Sphering::pca);
    case Normalization::sphere_zca:
    case Normalization::sphere_zca_cor:
      return sphere_by(Sphering::zca);
    default:
      return;
  }
}

}  // namespace

BatchCorrection NormalizeOptions::correction() const {
  return method == Normalization::tvn ? BatchCorrection::coral : batch_correction;
}

void NormalizeOptions::validate() const {
  check_at_least_zero(lambda, "lambda", "1");
  check_at_least_zero(epsilon, "sphering-epsilon", "1e-6");
  selection.validate();
  if (method == Normalization::tvn && batch_correction == BatchCorrection::center) {
    throw Error("tvn is whiten with coral, not center", "--batch-correction",
                "Normalize by whiten with --batch-correction center");
  }
}

WellRoles well_roles(const Table& metadata, const screen::ColumnRoles& columns,
                     const NormalizeOptions& options, const std::string& where) {
  WellRoles roles;
  if (!needs_controls(options)) return roles;
  roles.control = screen::control_mask(metadata, columns, where);
  if (options.within == Within::plate) {
    const auto plate = metadata.column(columns.plate, where);
    roles.plate = metadata.rows.column(plate).texts();
  }
  if (options.within == Within::batch || options.correction() != BatchCorrection::none) {
    roles.batch = screen::batch_labels(metadata, columns, where).texts();
  }
  return roles;
}

ProfileTable normalize(ProfileTable profiles, const WellRoles& roles, const NormalizeOptions& options,
                       const std::string& where, int threads) {
  options.validate();
  const auto group = options.within == Within::plate   ? roles.plate
                     : options.within == Within::batch ? roles.batch
                                                       : one_label(profiles.size(), "all wells");
  Wells wells{profiles, group, roles, where, threads};
  if (options.transform != Transform::none) {
    first_step(wells, Normalization::standardize);
    select_features(profiles, options.selection, where);
    transform_features(profiles, options.transform, options.components, std::vector<char>(profiles.size(), 1),
                       where, threads);
    first_step(wells, options.method);
  } else {
    first_step(wells, options.method);
    const bool scaled =
        options.method == Normalization::standardize || options.method == Normalization::mad_robustize;
    if (scaled && options.selection.outlier_cut > 0)
      outlier_threshold(profiles, options.selection.outlier_cut, where);
    select_features(profiles, options.selection, where);
  }
  second_step(wells, options);
  correct_batches(profiles, options.correction(), roles.batch, roles.control, options.lambda, where, threads);
  if (options.method == Normalization::tvn) rename_features(profiles, "tvn_");
  return profiles;
}

}  // namespace cytoscale::profile
