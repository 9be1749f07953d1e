#include "profile/input/usable_rows.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale::profile {
namespace {

constexpr double nearly_all = 0.9;

std::string row_name(const ProfileTable& profiles, std::size_t row) {
  const auto& metadata = profiles.metadata;
  const auto plate = metadata.find("Metadata_Plate"), well = metadata.find("Metadata_Well");
  if (!well) return "row " + std::to_string(row + 1);
  return (plate ? metadata.rows.at(row, *plate) + " " : std::string()) + metadata.rows.at(row, *well);
}

std::size_t missing_in(const ProfileTable& profiles, std::size_t row) {
  const auto values = profiles.values.row(static_cast<Eigen::Index>(row));
  return static_cast<std::size_t>(
      std::count_if(values.begin(), values.end(), [](double value) { return !std::isfinite(value); }));
}

// "3 wells are left out (P1 A01, P1 A02, …): why", where any row is not kept; otherwise nothing.
void note_left_out(ProfileTable& profiles, const std::vector<char>& keep, const std::string& why) {
  std::vector<std::string> names;
  for (std::size_t row = 0; row < keep.size(); ++row)
    if (!keep[row]) names.push_back(row_name(profiles, row));
  if (names.empty()) return;
  profiles.notes.push_back(count_text(names.size()) + (names.size() == 1 ? " row is" : " rows are") +
                           " left out (" + join_some(names, 5) + "): " + why);
}

void leave_out(ProfileTable& profiles, const std::vector<char>& keep, const std::string& why) {
  if (std::find(keep.begin(), keep.end(), 1) == keep.end()) return;
  note_left_out(profiles, keep, why);
  keep_rows(profiles, keep);
}

void leave_out_empty(ProfileTable& profiles) {
  const auto features = static_cast<double>(profiles.features.size());
  std::vector<char> keep(profiles.size(), 1);
  for (std::size_t row = 0; row < keep.size(); ++row)
    keep[row] = features == 0 || static_cast<double>(missing_in(profiles, row)) < nearly_all * features;
  leave_out(profiles, keep, "they have no values");
}

void leave_out_copies(ProfileTable& profiles) {
  const auto& metadata = profiles.metadata;
  const auto plate = metadata.find("Metadata_Plate"), well = metadata.find("Metadata_Well");
  if (!plate || !well || profiles.features.empty()) return;
  std::unordered_map<std::string_view, std::vector<std::size_t>> rows_of;  // by the bytes of their values
  std::map<std::pair<std::string, std::string>, std::size_t> wells;
  std::vector<char> keep(profiles.size(), 1);
  std::vector<std::string> again, same;
  for (std::size_t row = 0; row < keep.size(); ++row) {
    const auto* values = profiles.values.row(static_cast<Eigen::Index>(row)).data();
    const std::string_view bytes(reinterpret_cast<const char*>(values),
                                 profiles.features.size() * sizeof(double));
    auto& earlier = rows_of[bytes];
    for (const auto other : earlier)
      if (metadata.rows[other] == metadata.rows[row]) keep[row] = 0;
    if (!keep[row]) continue;
    if (!earlier.empty())
      same.push_back(row_name(profiles, row) + " as " + row_name(profiles, earlier.front()));
    earlier.push_back(row);
    if (++wells[{metadata.rows.at(row, *plate), metadata.rows.at(row, *well)}] == 2)
      again.push_back(row_name(profiles, row));
  }
  if (!again.empty())
    profiles.notes.push_back(count_text(again.size()) + " wells have more than one row (" +
                             join_some(again, 5) + "): each row counts as a well");
  if (!same.empty())
    profiles.notes.push_back(count_text(same.size()) + " rows have the same values as another (" +
                             join_some(same, 3) + "): is a plate there twice?");
  leave_out(profiles, keep, "they are copies of rows above");
}

}  // namespace

void keep_rows(ProfileTable& profiles, const std::vector<char>& keep) {
  std::vector<Eigen::Index> rows;
  for (std::size_t row = 0; row < keep.size(); ++row) {
    if (!keep[row]) continue;
    rows.push_back(static_cast<Eigen::Index>(row));
  }
  profiles.metadata.rows.keep(keep);
  if (rows.size() < keep.size()) profiles.values = Matrix(profiles.values(rows, Eigen::all));
}

void leave_out_rows(ProfileTable& profiles) {
  leave_out_empty(profiles);
  leave_out_copies(profiles);
}

void drop_missing(ProfileTable& profiles, double cut, const std::string& where) {
  const auto count = profiles.features.size(), rows = profiles.size();
  std::vector<char> keep(count, 1);
  std::vector<std::string> reasons(count);
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t bad = 0;
    for (Eigen::Index row = 0; row < profiles.values.rows(); ++row)
      bad += !std::isfinite(profiles.values(row, static_cast<Eigen::Index>(i)));
    keep[i] = static_cast<double>(bad) <= cut * static_cast<double>(rows);
    if (!keep[i])
      reasons[i] = "not finite in " + std::to_string(bad) + " of " + std::to_string(rows) + " rows";
  }
  keep_features(profiles, keep, reasons, where);
  std::vector<char> whole(rows, 1);
  for (std::size_t row = 0; row < rows; ++row) whole[row] = missing_in(profiles, row) == 0;
  if (std::find(whole.begin(), whole.end(), 1) == whole.end())
    throw Error("every row lacks some feature", where,
                "Lower --missing-cut, so that such features leave instead");
  leave_out(profiles, whole, "a feature is missing that --missing-cut keeps");
}

}  // namespace cytoscale::profile
