// Profiles as AnnData, through store/anndata/anndata.hpp.
#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "profile/profile_table.hpp"
#include "screen/number_columns.hpp"
#include "store/anndata/anndata.hpp"

namespace cytoscale::profile {
namespace {

// plate_well or the treatment where these tell rows apart, otherwise the row's number.
std::vector<std::string> row_names(const Table& metadata) {
  std::vector<std::string> names;
  const auto plate = metadata.find("Metadata_Plate"), well = metadata.find("Metadata_Well");
  if (plate && well) {
    for (std::size_t row = 0; row < metadata.rows.size(); ++row)
      names.push_back(metadata.rows.at(row, *plate) + "_" + metadata.rows.at(row, *well));
    if (std::set<std::string>(names.begin(), names.end()).size() == names.size()) return names;
    names.clear();
  }
  if (const auto treatment = metadata.find("Metadata_Treatment")) {
    names = metadata.rows.column(*treatment).texts();
    if (std::set<std::string>(names.begin(), names.end()).size() == names.size()) return names;
    names.clear();
  }
  for (std::size_t i = 0; i < metadata.rows.size(); ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace

ProfileTable read_profile_anndata(const std::filesystem::path& path, double missing_cut) {
  store::AnnData data = store::read_anndata(path);
  if (data.rows == 0) throw Error("the file has no rows", path.string(), "Profiles need one row per well");
  ProfileTable profiles;
  profiles.metadata = std::move(data.obs);
  if (profiles.metadata.rows.empty())
    profiles.metadata.rows.resize_empty(data.rows);  // an obs without columns
  profiles.features = std::move(data.var_names);
  if (const auto layer = data.var.find("layer")) {
    profiles.layers = data.var.rows.column(*layer).texts();
  }
  profiles.values = Eigen::Map<const Matrix>(data.x.data(), static_cast<Eigen::Index>(data.rows),
                                             static_cast<Eigen::Index>(data.vars));
  for (std::size_t c = 0; c < profiles.metadata.columns.size(); ++c)
    profiles.metadata.rows.set_column(c, profiles.metadata.rows.column(c).changed(trim));
  make_usable(profiles, missing_cut, path.string());
  return profiles;
}

ProfileTable read_profiles(const std::filesystem::path& path, double missing_cut) {
  return path.extension() == ".h5ad" ? read_profile_anndata(path, missing_cut)
                                     : read_profile_csv(path, missing_cut);
}

void write_profile_anndata(const std::filesystem::path& path, const ProfileTable& profiles,
                           const nlohmann::json& provenance) {
  store::AnnData data;
  data.rows = profiles.size();
  data.vars = profiles.features.size();
  data.obs = profiles.metadata;
  // pandas' name for an index that was written without one; HDF5 has no empty name.
  for (auto& column : data.obs.columns)
    if (column.empty()) column = "Unnamed: 0";
  data.obs_names = row_names(profiles.metadata);
  data.var_names = profiles.features;
  if (!profiles.layers.empty()) data.var.add_column("layer", profiles.layers);
  data.numeric_columns = screen::number_columns(profiles.metadata);  // doses, counts
  data.uns = provenance;
  store::write_anndata(path, data, {profiles.values.data(), static_cast<std::size_t>(profiles.values.size())},
                       true);
}

}  // namespace cytoscale::profile
