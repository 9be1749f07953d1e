#include "evaluate/retrieval/enrichment.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>
#include <vector>

#include "core/system/stop_request.hpp"
#include "evaluate/matching/classes.hpp"
#include "evaluate/matching/cosine.hpp"
#include "profile/groups.hpp"

namespace cytoscale::evaluate {
namespace {

struct Pair {
  double similarity;
  std::size_t a, b;
  bool same_class;
  bool operator<(
      const Pair& other) const {  // the most similar first; a strict order, so that ties are settled
    return std::tie(other.similarity, a, b) < std::tie(similarity, other.a, other.b);
  }
};

// Labels as numbers, compared millions of times.
std::vector<std::size_t> numbered(const std::vector<std::string>& labels) {
  const profile::Groups groups = profile::group_rows(labels);
  std::vector<std::size_t> numbers(labels.size());
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    for (const auto row : groups.rows[g]) numbers[row] = g;
  }
  return numbers;
}

// Keeps the `size` first of all that are offered.
class FirstPairs {
 public:
  explicit FirstPairs(std::size_t size) : size_(size) {}
  // Whether a pair of this similarity, or less, may be among them.
  bool may_be(double similarity) const { return !full_ || similarity >= last_.similarity; }
  void offer(const Pair& pair) {
    if (full_ && !(pair < last_)) return;
    kept_.push_back(pair);
    if (kept_.size() >= 2 * size_) shrink();
  }
  const std::vector<Pair>& finish() {
    if (kept_.size() > size_) shrink();
    return kept_;
  }

 private:
  void shrink() {
    const auto at = kept_.begin() + static_cast<std::ptrdiff_t>(size_);
    std::nth_element(kept_.begin(), at - 1, kept_.end());
    last_ = *(at - 1);
    full_ = true;
    kept_.erase(at, kept_.end());
  }
  std::size_t size_;
  std::vector<Pair> kept_;
  Pair last_{};
  bool full_ = false;
};

double log_choose(std::size_t n, std::size_t k) {
  return std::lgamma(static_cast<double>(n) + 1) - std::lgamma(static_cast<double>(k) + 1) -
         std::lgamma(static_cast<double>(n - k) + 1);
}

// The pairs of treatments that count: of different compounds, both with a class and a direction.
class Pairs {
 public:
  explicit Pairs(const TreatmentSet& set)
      : classes_(set.moa), index_(set.values), compound_(numbered(set.compound)) {
    for (std::size_t row = 0; row < set.size(); ++row)
      if (classes_.known(row) && index_.has_direction(row)) rows_.push_back(row);
    rough_ = index_.rough_rows(rows_);
  }
  std::size_t rows() const { return rows_.size(); }

  // visit(same class) for each pair of the rows [first, last) with those before them.
  template <typename Visit>
  void each(std::size_t first, std::size_t last, const Visit& visit) const {
    for (auto i = first; i < last; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (compound_[rows_[i]] != compound_[rows_[j]]) visit(classes_.share(rows_[i], rows_[j]));
  }

  // Offers those pairs to `best`, but for those that are certainly not among them.
  void offer(std::size_t first, std::size_t last, FirstPairs& best) const {
    const auto earlier = static_cast<Eigen::Index>(last);
    profile::FloatMatrix similarities;
    index_.rough_similarities(std::span(rows_).subspan(first, last - first), rough_.topRows(earlier),
                              similarities);
    const double slack = index_.slack();
    for (auto i = first; i < last; ++i)
      for (std::size_t j = 0; j < i; ++j) {
        const auto a = rows_[i], b = rows_[j];
        const double rough = similarities(static_cast<Eigen::Index>(i - first), static_cast<Eigen::Index>(j));
        if (!best.may_be(rough + slack) || compound_[a] == compound_[b]) continue;
        best.offer({index_.similarity(a, b), a, b, classes_.share(a, b)});
      }
  }

 private:
  Classes classes_;
  CosineIndex index_;
  std::vector<std::size_t> compound_, rows_;
  profile::FloatMatrix rough_;
};

constexpr std::size_t block_rows = 64;

// The most similar pairs: each thread keeps its own, of which the first are those of all.
FirstPairs most_similar(const Pairs& pairs, std::size_t count, const mpi::Crew& crew) {
  const profile::OneThreadBlas alone;
  std::vector<FirstPairs> best(static_cast<std::size_t>(crew.threads()), FirstPairs(count));
  crew.here(pairs.rows(), block_rows, [&](std::size_t first, std::size_t last, int thread) {
    heed_stop_request();
    pairs.offer(first, last, best[static_cast<std::size_t>(thread)]);
  });
  for (std::size_t thread = 1; thread < best.size(); ++thread)
    for (const auto& pair : best[thread].finish()) best[0].offer(pair);
  return std::move(best[0]);
}

}  // namespace

double hypergeometric_tail(std::size_t k, std::size_t all, std::size_t marked, std::size_t drawn) {
  const auto most = std::min(marked, drawn);
  const auto least = drawn + marked > all ? drawn + marked - all : 0;
  if (k <= least) return 1;
  double tail = 0;
  const double whole = log_choose(all, drawn);
  for (auto x = k; x <= most; ++x)
    tail += std::exp(log_choose(marked, x) + log_choose(all - marked, drawn - x) - whole);
  return std::min(1.0, tail);
}

std::optional<Enrichment> class_enrichment(const TreatmentSet& set, double top_percent,
                                           const mpi::Crew& crew) {
  const Pairs pairs(set);
  Enrichment result;
  result.top_percent = top_percent;
  std::vector<Enrichment> counts(static_cast<std::size_t>(crew.threads()));
  crew.here(pairs.rows(), block_rows, [&](std::size_t first, std::size_t last, int thread) {
    heed_stop_request();
    auto& mine = counts[static_cast<std::size_t>(thread)];
    pairs.each(first, last, [&](bool same) {
      ++mine.pairs;
      mine.same_class += same;
    });
  });
  for (const auto& count : counts) {
    result.pairs += count.pairs;
    result.same_class += count.same_class;
  }
  if (result.same_class == 0 || result.same_class == result.pairs) return std::nullopt;
  // A hair less, so that 1 % of 300 is 3 and not the 4 that rounding up 3.0000000000000004 would give.
  result.top_pairs = static_cast<std::size_t>(
      std::ceil(top_percent / 100 * static_cast<double>(result.pairs) * (1 - 1e-12)));
  auto first = most_similar(pairs, result.top_pairs, crew);
  for (const auto& pair : first.finish()) result.top_same_class += pair.same_class;
  const auto top_other = result.top_pairs - result.top_same_class;
  const auto rest_same = result.same_class - result.top_same_class;
  const auto rest_other = result.pairs - result.top_pairs - rest_same;
  result.odds_ratio = static_cast<double>(result.top_same_class) * static_cast<double>(rest_other) /
                      (static_cast<double>(top_other) * static_cast<double>(rest_same));
  result.p_value =
      hypergeometric_tail(result.top_same_class, result.pairs, result.same_class, result.top_pairs);
  return result;
}

}  // namespace cytoscale::evaluate
