// Aggregation: cells to wells (streamed), wells to treatments (method.md §4). Sums are double and in the
// order given, so that a well's profile does not depend on who computed it.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "profile/groups.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale {

enum class Aggregate { mean, median };
Aggregate parse_aggregate(const std::string& word);  // "mean", "median"; throws Error
std::string aggregate_name(Aggregate how);

// One well's cells, added in any number of pieces in global order. Rows with a value that is not finite are
// skipped and counted (cells of failed fields are stored as NaN). The mean needs memory for one row, the
// median for one well.
class CellAggregator {
 public:
  CellAggregator(std::size_t features, Aggregate how);
  void add(std::span<const float> rows);  // [n][features], row-major
  std::size_t cells() const { return cells_; }
  std::size_t skipped() const { return skipped_; }
  std::vector<double> result() const;  // [features]; NaN where no cell was added
  void clear();

 private:
  std::size_t features_, cells_ = 0, skipped_ = 0;
  Aggregate how_;
  std::vector<double> sums_;
  std::vector<float> kept_;  // median only: [cells][features]
};

// Middle value, or the mean of the two middle ones; NaN when empty.
double median_of(std::vector<double> values);

// One row per group: the mean or median, feature by feature, of its rows.
Matrix aggregate_rows(const Matrix& values, const Groups& groups, Aggregate how);

// Treatment profiles, in order of first appearance. Metadata: the columns that hold one value throughout each
// treatment, then Metadata_Treatment, Metadata_WellCount and Metadata_Aggregate ("mean" or "median" of
// wells).
ProfileTable aggregate_treatments(const ProfileTable& wells, const std::vector<std::string>& treatment,
                                  Aggregate how);

}  // namespace cytoscale
