#include "evaluate/maps/linkage.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

namespace cytoscale::evaluate {
namespace {

struct Merge {
  std::size_t a, b;  // any leaf of each
  double distance;
};

// The merges by chains of nearest neighbors, in the order in which the chains find them.
std::vector<Merge> merges_of(profile::Matrix distances) {
  const auto n = static_cast<std::size_t>(distances.rows());
  std::vector<double> size(n, 1);
  std::vector<std::size_t> chain;
  std::vector<Merge> merges;
  const auto at = [&distances](std::size_t i, std::size_t j) -> double& {
    return distances(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j));
  };
  while (merges.size() + 1 < n) {
    if (chain.empty())
      chain.push_back(static_cast<std::size_t>(
          std::find_if(size.begin(), size.end(), [](double s) { return s > 0; }) - size.begin()));
    while (true) {
      const auto last = chain.back();
      const bool has_before = chain.size() > 1;
      std::size_t nearest = has_before ? chain[chain.size() - 2] : n;
      double least = has_before ? at(last, nearest) : std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < n; ++j)
        if (size[j] > 0 && j != last && at(last, j) < least) least = at(last, j), nearest = j;
      if (has_before && nearest == chain[chain.size() - 2]) break;
      chain.push_back(nearest);
    }
    const auto [keep, drop] = std::minmax(chain[chain.size() - 1], chain[chain.size() - 2]);
    const std::size_t a = keep, b = drop;
    chain.resize(chain.size() - 2);
    merges.push_back({a, b, at(a, b)});
    for (std::size_t j = 0; j < n; ++j)
      if (size[j] > 0 && j != a && j != b)
        at(a, j) = at(j, a) = (size[a] * at(a, j) + size[b] * at(b, j)) / (size[a] + size[b]);
    size[a] += size[b];
    size[b] = 0;
  }
  return merges;
}

}  // namespace

std::vector<std::size_t> average_linkage_order(const profile::Matrix& distances) {
  const auto n = static_cast<std::size_t>(distances.rows());
  auto merges = merges_of(distances);
  std::stable_sort(merges.begin(), merges.end(),
                   [](const Merge& a, const Merge& b) { return a.distance < b.distance; });
  // Numbers of clusters as scipy counts them: leaves, then merges from the nearest on.
  std::vector<std::size_t> parent(n), number(n);
  std::iota(parent.begin(), parent.end(), 0u);
  std::iota(number.begin(), number.end(), 0u);
  std::vector<std::vector<std::size_t>> leaves(n);
  for (std::size_t i = 0; i < n; ++i) leaves[i] = {i};
  const auto root_of = [&parent](std::size_t i) {
    while (parent[i] != i) i = parent[i] = parent[parent[i]];
    return i;
  };
  for (std::size_t m = 0; m < merges.size(); ++m) {
    auto left = root_of(merges[m].a), right = root_of(merges[m].b);
    if (number[left] > number[right]) std::swap(left, right);
    leaves[left].insert(leaves[left].end(), leaves[right].begin(), leaves[right].end());
    leaves[right] = {};
    parent[right] = left;
    number[left] = n + m;
  }
  return n ? leaves[root_of(0)] : std::vector<std::size_t>{};
}

}  // namespace cytoscale::evaluate
