#include "profile/aggregate.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string_view>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/text/text.hpp"
#include "core/vector_clones.hpp"

namespace cytoscale::profile {
namespace {
constexpr std::string_view added_columns[] = {"Metadata_Treatment", "Metadata_WellCount",
                                              "Metadata_Aggregate"};

// Adding one to the exponent's last bit carries into the sign exactly where all its bits are set.
CYTO_VECTOR_CLONES bool all_finite(const float* values, std::size_t count) {
  std::uint32_t carries = 0;
  for (std::size_t i = 0; i < count; ++i)
    carries |= (std::bit_cast<std::uint32_t>(values[i]) & 0x7fffffffu) + 0x00800000u;
  return (carries >> 31) == 0;
}

CYTO_VECTOR_CLONES void add_row(const float* row, std::size_t features, double* sums) {
  for (std::size_t i = 0; i < features; ++i) sums[i] += static_cast<double>(row[i]);
}

// As one after the other, with a fourth of the loads and stores of sums.
constexpr std::size_t rows_at_once = 4;
CYTO_VECTOR_CLONES void add_four_rows(const float* rows, std::size_t features, double* sums) {
  const float *a = rows, *b = a + features, *c = b + features, *d = c + features;
  for (std::size_t i = 0; i < features; ++i)
    sums[i] =
        (((sums[i] + static_cast<double>(a[i])) + static_cast<double>(b[i])) + static_cast<double>(c[i])) +
        static_cast<double>(d[i]);
}

// For what needs all values at once.
double middle_of(const std::vector<double>& values, const Aggregation& how) {
  return how.how == Aggregate::median ? median_of(values) : trimmed_mean_of(values, how.trim);
}

}  // namespace

void Aggregation::validate() const {
  if (trim >= 0 && trim < 0.5) return;
  throw Error("the share to trim at each end is " + number_text(trim), "--trim",
              "Give a number of 0 or more and below 0.5 (0.1 is usual)");
}

std::string Aggregation::name() const {
  return enum_name(how) + (how == Aggregate::trimmed ? " " + number_text(trim) : "");
}

CellAggregator::CellAggregator(std::size_t features, Aggregation how)
    : features_(features), how_(how), sums_(how.how == Aggregate::mean ? features : 0, 0.0) {}

void CellAggregator::add(std::span<const float> rows) {
  if (features_ == 0) return;
  const std::size_t count = rows.size() / features_, together = rows_at_once * features_;
  for (std::size_t row = 0; row < count;) {
    const float* at = rows.data() + row * features_;
    if (how_.how == Aggregate::mean && row + rows_at_once <= count && all_finite(at, together)) {
      add_four_rows(at, features_, sums_.data());
      cells_ += rows_at_once;
      row += rows_at_once;
      continue;
    }
    ++row;
    if (!all_finite(at, features_)) {
      ++skipped_;
      continue;
    }
    ++cells_;
    if (how_.how != Aggregate::mean) {
      kept_.insert(kept_.end(), at, at + features_);
    } else {
      add_row(at, features_, sums_.data());
    }
  }
}

std::vector<double> CellAggregator::result() const {
  std::vector<double> profile(features_, std::numeric_limits<double>::quiet_NaN());
  if (cells_ == 0) return profile;
  std::vector<double> column(cells_);
  for (std::size_t i = 0; i < features_; ++i) {
    if (how_.how == Aggregate::mean) {
      profile[i] = sums_[i] / static_cast<double>(cells_);
      continue;
    }
    for (std::size_t cell = 0; cell < cells_; ++cell) column[cell] = kept_[cell * features_ + i];
    profile[i] = middle_of(column, how_);
  }
  return profile;
}

void CellAggregator::clear() {
  cells_ = skipped_ = 0;
  std::fill(sums_.begin(), sums_.end(), 0.0);
  kept_.clear();
}

double trimmed_mean_of(std::vector<double> values, double share) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  // As scipy: int(share · n), whose rounding down is part of the definition.
  const auto cut = static_cast<std::size_t>(share * static_cast<double>(values.size()));
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * cut);
}

Matrix aggregate_rows(const Matrix& values, const Groups& groups, const Aggregation& how) {
  Matrix result = Matrix::Zero(static_cast<Eigen::Index>(groups.rows.size()), values.cols());
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    const auto& rows = groups.rows[g];
    auto out = result.row(static_cast<Eigen::Index>(g));
    if (how.how == Aggregate::mean) {
      for (const auto row : rows) out += values.row(static_cast<Eigen::Index>(row));
      out /= static_cast<double>(rows.size());
      continue;
    }
    std::vector<double> column(rows.size());
    for (Eigen::Index i = 0; i < values.cols(); ++i) {
      for (std::size_t j = 0; j < rows.size(); ++j) column[j] = values(static_cast<Eigen::Index>(rows[j]), i);
      out(i) = middle_of(column, how);
    }
  }
  return result;
}

ProfileTable aggregate_treatments(const ProfileTable& wells, const std::vector<std::string>& treatment,
                                  const Aggregation& how) {
  Groups groups = group_rows(treatment);
  // Wells of which no treatment is known make none, unless there are no others.
  const auto unknown = std::find(groups.names.begin(), groups.names.end(), "");
  if (unknown != groups.names.end() && groups.names.size() > 1) {
    groups.rows.erase(groups.rows.begin() + (unknown - groups.names.begin()));
    groups.names.erase(unknown);
  }
  const Table& from = wells.metadata;
  ProfileTable result;
  result.features = wells.features;
  result.values = aggregate_rows(wells.values, groups, how);
  std::vector<std::size_t> constant;
  for (std::size_t column = 0; column < from.columns.size(); ++column) {
    const auto codes = from.rows.column(column).codes().of;
    const bool same = std::all_of(groups.rows.begin(), groups.rows.end(), [&](const auto& rows) {
      return std::all_of(rows.begin(), rows.end(), [&](auto row) { return codes[row] == codes[rows[0]]; });
    });
    const bool added = std::find(std::begin(added_columns), std::end(added_columns), from.columns[column]) !=
                       std::end(added_columns);
    if (same && !added) constant.push_back(column);
  }
  for (const auto column : constant) result.metadata.columns.push_back(from.columns[column]);
  for (const auto name : added_columns) result.metadata.columns.emplace_back(name);
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    std::vector<std::string> row;
    for (const auto column : constant) row.push_back(from.rows.at(groups.rows[g][0], column));
    row.push_back(groups.names[g]);
    row.push_back(std::to_string(groups.rows[g].size()));
    row.push_back(how.name());
    result.metadata.rows.push_back(row);
  }
  return result;
}

}  // namespace cytoscale::profile
