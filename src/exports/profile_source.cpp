#include "exports/profile_source.hpp"

#include <algorithm>
#include <numeric>

namespace cytoscale::exports {

ProfileSource::ProfileSource(profile::ProfileTable profiles, const std::string& feature_prefix)
    : profiles_(std::make_shared<const profile::ProfileTable>(std::move(profiles))) {
  const Table& metadata = profiles_->metadata;
  for (const auto& name : profiles_->features) features_.push_back(feature_name(name, feature_prefix));
  const auto numeric = screen::number_columns(metadata);
  for (std::size_t c = 0; c < metadata.columns.size(); ++c) {
    auto& numbers = numbers_.emplace_back();
    ColumnKind kind = ColumnKind::text;
    if (std::ranges::count(numeric, metadata.columns[c]) > 0) {
      numbers = *screen::numbers_of(metadata.rows.column(c));
      kind = numbers.whole ? ColumnKind::whole : ColumnKind::real;
    }
    columns_.push_back({metadata_name(metadata.columns[c]), kind});
  }
  rows_ = profiles_->size();
  chosen_.resize(rows_);
  std::iota(chosen_.begin(), chosen_.end(), std::size_t{0});
}

ProfileSource ProfileSource::with_rows(std::vector<std::size_t> rows) const {
  ProfileSource some = *this;
  some.rows_ = rows.size();
  some.chosen_ = std::move(rows);
  return some;
}

Rows ProfileSource::read(std::size_t first, std::size_t count) const {
  Rows rows;
  rows.count = std::min(count, rows_ - std::min(first, rows_));
  rows.columns.resize(columns_.size());
  rows.doubles.reserve(rows.count * features_.size());
  for (std::size_t i = first; i < first + rows.count; ++i) {
    const std::size_t row = chosen_[i];
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (columns_[c].kind == ColumnKind::text)
        rows.columns[c].texts.push_back(profiles_->metadata.rows.at(row, c));
      else
        rows.columns[c].numbers.push_back(numbers_[c].values[row]);
    }
    const auto features = profiles_->values.row(static_cast<Eigen::Index>(row));
    rows.doubles.insert(rows.doubles.end(), features.begin(), features.end());
  }
  return rows;
}

}  // namespace cytoscale::exports
