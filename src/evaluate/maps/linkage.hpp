// Hierarchical clustering with average linkage (UPGMA), for the order in which likes stand beside likes.
#pragma once
#include <cstddef>
#include <vector>

#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

// distances: [n][n], symmetric, finite. The leaves from left to right of the tree that
// scipy.cluster.hierarchy.linkage(method="average") makes: of two branches the older one (the lower number)
// stands left. O(n²) with chains of nearest neighbors (Murtagh 1983).
std::vector<std::size_t> average_linkage_order(const profile::Matrix& distances);

}  // namespace cytoscale::evaluate
