#include "screen/field_index.hpp"

#include "core/text/well_name.hpp"

namespace cytoscale::screen {
namespace {

std::string key_of(const std::string& plate, const std::string& well, const std::string& site) {
  return plate + '\n' + well_key(well) + '\n' + site;
}

}  // namespace

FieldIndex::FieldIndex(const Screen& screen, const Table& table, const std::string& where)
    : plate_(table.column("Metadata_Plate", where)),
      well_(table.column("Metadata_Well", where)),
      site_(table.column("Metadata_Site", where)) {
  const auto& fields = screen.fields;
  for (FieldId f; f < fields.size(); ++f)
    index_[key_of(fields.plates()[f], fields.wells()[f], fields.sites()[f])] = f;
}

std::optional<std::size_t> FieldIndex::find(const std::vector<std::string>& row) const {
  const auto found = index_.find(key_of(row[plate_], row[well_], row[site_]));
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

}  // namespace cytoscale::screen
