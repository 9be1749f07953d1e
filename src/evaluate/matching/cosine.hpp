// Cosine similarity and the nearest neighbor by it (docs/method.md, "Matching"). A row that is zero or not
// finite has no direction: it is nobody's neighbor and has none. Dot products are summed in one fixed order,
// so equal rows tie exactly; of equal similarities the lowest row wins.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

struct Neighbor {
  std::size_t row;
  double similarity;  // [-1, 1]
};

class CosineIndex {
 public:
  explicit CosineIndex(const profile::Matrix& rows);
  std::size_t size() const { return directed_.size(); }
  bool has_direction(std::size_t row) const { return directed_[row] != 0; }
  double similarity(std::size_t a, std::size_t b) const;
  // For each query, among the rows other than itself that are admissible; nothing where there is none.
  // `admissible` is asked only of rows that would be nearer. Memory: 64 rows of similarities.
  using Admissible = std::function<bool(std::size_t query, std::size_t row)>;
  std::vector<std::optional<Neighbor>> nearest(const std::vector<std::size_t>& queries,
                                               const Admissible& admissible) const;

 private:
  profile::Matrix unit_;
  std::vector<char> directed_;
};

}  // namespace cytoscale::evaluate
