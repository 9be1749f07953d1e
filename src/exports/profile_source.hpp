// Profiles (wells or treatments) as a table to export, all of them or those of some rows.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "exports/row_source.hpp"
#include "profile/profile_table.hpp"
#include "screen/number_columns.hpp"

namespace cytoscale::exports {

class ProfileSource final : public RowSource {
 public:
  ProfileSource(profile::ProfileTable profiles, const std::string& feature_prefix);
  // Those rows of it, with columns of the same kinds.
  ProfileSource with_rows(std::vector<std::size_t> rows) const;
  Rows read(std::size_t first, std::size_t count) const override;
  const Table& metadata() const { return profiles_->metadata; }

 private:
  std::shared_ptr<const profile::ProfileTable> profiles_;
  std::vector<screen::ColumnNumbers> numbers_;  // of each column; empty of text
  std::vector<std::size_t> chosen_;             // rows of the profiles
};

}  // namespace cytoscale::exports
