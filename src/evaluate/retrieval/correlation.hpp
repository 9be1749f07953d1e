// Percent replicating and percent matching (Way et al. 2022, Cell Systems 13; Chandrasekaran et al. 2024,
// Nat. Methods 21): the share of groups (wells of a treatment; treatments of a class) whose members correlate
// more than chance: the median Pearson correlation of their pairs exceeds the 95th percentile of the medians
// of random groups of as many members that do not belong together.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "evaluate/retrieval/average_precision.hpp"
#include "evaluate/score.hpp"
#include "mpi/crew.hpp"
#include "profile/groups.hpp"
#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

struct GroupCorrelation {
  std::string name;
  std::size_t members = 0;
  double median = 0;     // of the pairs' correlations
  double threshold = 0;  // 95th percentile of the null medians
};

// Random groups have at most so many members: larger ones would take long and their null is no wider.
inline constexpr std::size_t largest_null_group = 20;

// Groups with a pair. Pairs whose `apart` values are equal do not count (treatments of one compound); empty:
// all count. A random group has one member each of as many groups; so many null groups per size as
// `null.size` says, from counter-based random numbers. Nothing where fewer than two groups exist.
std::vector<GroupCorrelation> group_correlations(const profile::Matrix& values, const profile::Groups& groups,
                                                 const std::vector<std::string>& apart,
                                                 const NullOptions& null,
                                                 const mpi::Crew& crew = mpi::Crew());

Score percent_above_null(const std::vector<GroupCorrelation>& groups, const BootstrapOptions& bootstrap);

}  // namespace cytoscale::evaluate
