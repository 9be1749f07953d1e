#include "evaluate/retrieval/enrichment.hpp"

#include <algorithm>
#include <cmath>
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
  explicit FirstPairs(std::size_t size) : size_(size) { kept_.reserve(2 * size); }
  void offer(const Pair& pair) {
    if (full_ && !(pair < last_)) return;
    kept_.push_back(pair);
    if (kept_.size() == 2 * size_) shrink();
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

template <typename Visit>
void each_pair(const TreatmentSet& set, const CosineIndex& index, const Visit& visit) {
  const auto compound = numbered(set.compound);
  const Classes classes(set.moa);
  for (std::size_t a = 0; a < set.size(); ++a) {
    heed_stop_request();
    if (!classes.known(a) || !index.has_direction(a)) continue;
    for (std::size_t b = 0; b < a; ++b) {
      if (!classes.known(b) || !index.has_direction(b) || compound[a] == compound[b]) continue;
      visit(a, b, classes.share(a, b));
    }
  }
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

std::optional<Enrichment> class_enrichment(const TreatmentSet& set, double top_percent) {
  const CosineIndex index(set.values);
  Enrichment result;
  result.top_percent = top_percent;
  each_pair(set, index, [&](auto, auto, bool same) {
    ++result.pairs;
    result.same_class += same;
  });
  if (result.same_class == 0 || result.same_class == result.pairs) return std::nullopt;
  // A hair less, so that 1 % of 300 is 3 and not the 4 that rounding up 3.0000000000000004 would give.
  result.top_pairs = static_cast<std::size_t>(
      std::ceil(top_percent / 100 * static_cast<double>(result.pairs) * (1 - 1e-12)));
  FirstPairs first(result.top_pairs);
  each_pair(set, index, [&](auto a, auto b, bool same) {
    first.offer({index.similarity(a, b), a, b, same});
  });
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
