// Cosine similarity and the nearest neighbor by it (docs/method.md, "Matching"). A row that is zero or not
// finite has no direction: it is nobody's neighbor and has none. Dot products are summed in one fixed order,
// so equal rows tie exactly; of equal similarities the lowest row wins. Products of blocks of rows in float32
// are many times faster than single dot products, but rough: they tell who may be nearer, the dot product who
// is.
#pragma once
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mpi/crew.hpp"
#include "profile/algebra/products.hpp"
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
  // `admissible` is asked only of rows that would be nearer, by several threads at once. Memory: a few MB for
  // each thread. Collective: where the crew is.
  using Admissible = std::function<bool(std::size_t query, std::size_t row)>;
  std::vector<std::optional<Neighbor>> nearest(const std::vector<std::size_t>& queries,
                                               const Admissible& admissible,
                                               const mpi::Crew& crew = mpi::Crew()) const;

  // Rows to multiply others with, and rough similarities [queries][rows] to them, each within slack() of the
  // true one where both have a direction.
  profile::FloatMatrix rough_rows(std::span<const std::size_t> rows) const;
  void rough_similarities(std::span<const std::size_t> queries,
                          const Eigen::Ref<const profile::FloatMatrix>& rows,
                          profile::FloatMatrix& similarities) const;
  double slack() const;

 private:
  profile::Matrix unit_;
  profile::FloatMatrix rough_;
  std::vector<char> directed_;
};

}  // namespace cytoscale::evaluate
