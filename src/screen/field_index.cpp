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
  for (FieldId f; f < screen.fields.size(); ++f) {
    const auto& field = screen.fields[f];
    index_[key_of(field.plate, field.well, field.site)] = f;
  }
}

std::optional<std::size_t> FieldIndex::find(const std::vector<std::string>& row) const {
  const auto found = index_.find(key_of(row[plate_], row[well_], row[site_]));
  if (found == index_.end()) return std::nullopt;
  return found->second;
}

}  // namespace cytoscale::screen
