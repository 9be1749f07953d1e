#include "evaluate/retrieval/correlation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "core/random.hpp"
#include "core/statistics.hpp"
#include "core/system/stop_request.hpp"
#include "evaluate/matching/cosine.hpp"

namespace cytoscale::evaluate {
namespace {

// Pearson's correlation is the cosine of rows that are centered.
CosineIndex correlation_index(const profile::Matrix& values) {
  return CosineIndex(values.colwise() - Eigen::VectorXd(values.rowwise().mean()));
}

std::vector<double> pair_correlations(const CosineIndex& index, const std::vector<std::size_t>& rows,
                                      const std::vector<std::string>& apart) {
  std::vector<double> result;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const auto a = rows[i], b = rows[j];
      if (!index.has_direction(a) || !index.has_direction(b)) continue;
      if (!apart.empty() && apart[a] == apart[b]) continue;
      result.push_back(index.similarity(a, b));
    }
  }
  return result;
}

// One row of each of `size` groups.
std::vector<std::size_t> random_group(Random& random, const profile::Groups& groups, std::size_t size) {
  std::vector<std::size_t> order(groups.rows.size()), rows;
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < size; ++i) {
    std::swap(order[i], order[i + static_cast<std::size_t>(random.below(order.size() - i))]);
    const auto& members = groups.rows[order[i]];
    rows.push_back(members[random.below(members.size())]);
  }
  return rows;
}

double null_threshold(const CosineIndex& index, const profile::Groups& groups,
                      const std::vector<std::string>& apart, std::size_t size, const NullOptions& null,
                      const mpi::Crew& crew) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  auto medians = crew.map<double>(static_cast<std::size_t>(null.size), 64,
                                  [&](std::size_t first, std::size_t last, double* results, int) {
                                    heed_stop_request();
                                    for (auto i = first; i < last; ++i) {
                                      Random random(null.seed, {size, i});
                                      const auto pairs =
                                          pair_correlations(index, random_group(random, groups, size), apart);
                                      results[i - first] = pairs.empty() ? none : median_of(pairs);
                                    }
                                  });
  std::erase_if(medians, [](double median) { return std::isnan(median); });
  return medians.empty() ? 1 : percentile(std::move(medians), 0.95);
}

}  // namespace

std::vector<GroupCorrelation> group_correlations(const profile::Matrix& values, const profile::Groups& groups,
                                                 const std::vector<std::string>& apart,
                                                 const NullOptions& null, const mpi::Crew& crew) {
  std::vector<GroupCorrelation> result;
  if (groups.rows.size() < 2) return result;
  const auto index = correlation_index(values);
  std::map<std::size_t, double> thresholds;
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    auto pairs = pair_correlations(index, groups.rows[g], apart);
    if (pairs.empty()) continue;
    const auto size = std::min({groups.rows[g].size(), groups.rows.size(), largest_null_group});
    const auto [at, fresh] = thresholds.try_emplace(size, 0);
    if (fresh) at->second = null_threshold(index, groups, apart, size, null, crew);
    result.push_back({groups.names[g], groups.rows[g].size(), median_of(std::move(pairs)), at->second});
  }
  return result;
}

Score percent_above_null(const std::vector<GroupCorrelation>& groups, const BootstrapOptions& bootstrap) {
  Answers answers;
  std::vector<std::string> names;
  for (const auto& group : groups) {
    answers.emplace_back(group.median > group.threshold);
    names.push_back(group.name);
  }
  return score_of(answers, names, bootstrap);
}

}  // namespace cytoscale::evaluate
