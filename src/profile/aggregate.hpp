// Aggregation: cells to wells (streamed), wells to treatments (docs/method.md, "Profiles"). Sums are double
// and in the order given, so that a well's profile does not depend on who computed it.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>
#include "core/enum_names.hpp"

#include "profile/groups.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::profile {

enum class Aggregate { mean, median, trimmed };

// How rows become one. trimmed: of n values the lowest and the highest floor(trim · n) are left out and the
// others averaged (scipy.stats.trim_mean), feature by feature.
struct Aggregation {
  Aggregate how = Aggregate::mean;
  double trim = 0.1;  // share cut at each end, [0, 0.5)
  Aggregation() = default;
  Aggregation(Aggregate chosen, double share = 0.1) : how(chosen), trim(share) {}
  void validate() const;     // throws Error: trim outside [0, 0.5)
  std::string name() const;  // "mean", "median", "trimmed 0.1"
};

// One well's cells, added in any number of pieces in global order. Rows with a value that is not finite are
// skipped and counted (cells of failed fields are stored as NaN). The mean needs memory for one row, the
// others for one well.
class CellAggregator {
 public:
  CellAggregator(std::size_t features, Aggregation how);
  void add(std::span<const float> rows);  // [n][features], row-major
  std::size_t cells() const { return cells_; }
  std::size_t skipped() const { return skipped_; }
  std::vector<double> result() const;  // [features]; NaN where no cell was added
  void clear();

 private:
  std::size_t features_, cells_ = 0, skipped_ = 0;
  Aggregation how_;
  std::vector<double> sums_;
  std::vector<float> kept_;  // not for the mean: [cells][features]
};

// The mean of what is left when floor(share · n) values are cut at each end; NaN when empty.
double trimmed_mean_of(std::vector<double> values, double share);

// One row per group, feature by feature, of its rows.
Matrix aggregate_rows(const Matrix& values, const Groups& groups, const Aggregation& how);

// Treatment profiles, in order of first appearance; not of rows without a treatment (""). Metadata: the
// columns that hold one value throughout each treatment, then Metadata_Treatment, Metadata_WellCount and
// Metadata_Aggregate (how wells were aggregated).
ProfileTable aggregate_treatments(const ProfileTable& wells, const std::vector<std::string>& treatment,
                                  const Aggregation& how);

}  // namespace cytoscale::profile

template <>
struct cytoscale::EnumNames<cytoscale::profile::Aggregate> {
  static constexpr const char* what = "way to aggregate";
  static constexpr EnumName<profile::Aggregate> all[] = {{profile::Aggregate::mean, "mean"},
                                                         {profile::Aggregate::median, "median"},
                                                         {profile::Aggregate::trimmed, "trimmed"}};
};
