#include "evaluate/retrieval/average_precision.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/system/stop_request.hpp"
#include "profile/groups.hpp"

namespace cytoscale::evaluate {
namespace {

// Ranks (from 1, rising) of the positives.
double precision_at(const std::vector<std::size_t>& ranks) {
  double sum = 0;
  for (std::size_t i = 0; i < ranks.size(); ++i)
    sum += static_cast<double>(i + 1) / static_cast<double>(ranks[i]);
  return sum / static_cast<double>(ranks.size());
}

// `positives` of {1, …, total}, each set as likely (Floyd 1987), rising. `taken` is all 0 before and after.
void draw_ranks(Random& random, std::size_t positives, std::size_t total, std::vector<char>& taken,
                std::vector<std::size_t>& ranks) {
  ranks.clear();
  for (auto last = total - positives; last < total; ++last) {
    auto at = static_cast<std::size_t>(random.below(last + 1));
    if (taken[at]) at = last;
    taken[at] = 1;
    ranks.push_back(at + 1);
  }
  for (const auto rank : ranks) taken[rank - 1] = 0;
  std::sort(ranks.begin(), ranks.end());
}

double normalized(double value, double expected) {
  return std::clamp((value - expected) / std::max(1 - expected, 1e-10), -1.0, 1.0);
}

// Negatives that come one after the other, among positives that are there, falling.
class Ranking {
 public:
  explicit Ranking(const std::vector<double>& positives)
      : positives_(positives), above_(positives.size() + 1, 0) {}

  void add(double negative) {
    ++above_[place(negative)];
    ++negatives_;
  }
  // A negative that is known to within `slack`; `exactly` tells where that is not enough.
  template <typename Exactly>
  void add(double rough, double slack, const Exactly& exactly) {
    const auto at = place(rough);
    const bool near = (at < positives_.size() && rough - positives_[at] <= slack) ||
                      (at > 0 && positives_[at - 1] - rough <= slack);
    ++above_[near ? place(exactly()) : at];
    ++negatives_;
  }
  AveragePrecision result() const {
    std::vector<std::size_t> ranks;
    std::size_t before = 0;
    for (std::size_t i = 0; i < positives_.size(); ++i) {
      before += above_[i];
      ranks.push_back(before + i + 1);
    }
    return {precision_at(ranks), positives_.size(), positives_.size() + negatives_};
  }

 private:
  // The first positive that it stands above.
  std::size_t place(double negative) const {
    return static_cast<std::size_t>(
        std::upper_bound(positives_.begin(), positives_.end(), negative, std::greater<>()) -
        positives_.begin());
  }
  const std::vector<double>& positives_;
  std::vector<std::size_t> above_;  // [i]: negatives above positive i, but not above positive i−1
  std::size_t negatives_ = 0;
};

}  // namespace

AveragePrecision average_precision(std::vector<double> positives, const std::vector<double>& negatives) {
  std::sort(positives.begin(), positives.end(), std::greater<>());
  Ranking ranking(positives);
  for (const double negative : negatives) ranking.add(negative);
  return ranking.result();
}

AveragePrecision average_precision(const CosineIndex& index, std::size_t query,
                                   std::span<const std::size_t> positives,
                                   std::span<const std::size_t> negatives, std::span<const float> rough) {
  constexpr double least = -2;
  std::vector<double> known;
  for (const auto row : positives)
    known.push_back(index.has_direction(query) && index.has_direction(row) ? index.similarity(query, row)
                                                                           : least);
  std::sort(known.begin(), known.end(), std::greater<>());
  Ranking ranking(known);
  const double slack = index.slack();
  for (std::size_t i = 0; i < negatives.size(); ++i) {
    if (!index.has_direction(query) || !index.has_direction(negatives[i])) {
      ranking.add(least);
    } else {
      ranking.add(rough[i], slack, [&] { return index.similarity(query, negatives[i]); });
    }
  }
  return ranking.result();
}

double expected_average_precision(std::size_t positives, std::size_t total) {
  if (positives == 0) return 0;
  if (positives == total) return 1;
  const double m = static_cast<double>(positives), l = static_cast<double>(total);
  double harmonic = 0;
  for (std::size_t k = 1; k <= total; ++k) harmonic += 1 / static_cast<double>(k);
  return ((m - 1) / (l - 1) * (l - harmonic) + harmonic) / l;
}

double normalized_average_precision(const AveragePrecision& ap) {
  return normalized(ap.value, expected_average_precision(ap.positives, ap.total));
}

void NullOptions::validate() const {
  if (size >= 100) return;
  throw Error("a null distribution of " + std::to_string(size) + " gives no p-values", "--null-size",
              "Give 100 or more (10000 is usual; the smallest p-value is 1/(1 + null size))");
}

const std::vector<double>& NullDistributions::of(std::size_t positives, std::size_t total) {
  auto& list = made_[{positives, total}];
  if (!list.empty()) return list;
  std::vector<char> taken(total, 0);
  std::vector<std::size_t> ranks;
  list.reserve(size());
  for (std::size_t i = 0; i < size(); ++i) {
    heed_stop_request();
    Random random(options_.seed, {positives, total, i});
    draw_ranks(random, positives, total, taken, ranks);
    list.push_back(precision_at(ranks));
  }
  return list;
}

std::vector<MeanAveragePrecision> mean_average_precision(const std::vector<AveragePrecision>& aps,
                                                         const std::vector<std::string>& group,
                                                         NullDistributions& nulls) {
  const profile::Groups groups = profile::group_rows(group);
  std::vector<MeanAveragePrecision> result;
  std::vector<double> p_values, null(nulls.size());
  std::map<std::pair<std::size_t, std::size_t>, double> expected;  // once for each number of rows
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const auto& rows = groups.rows[g];
    MeanAveragePrecision entry;
    entry.name = groups.names[g];
    entry.queries = rows.size();
    std::fill(null.begin(), null.end(), 0.0);
    std::map<std::pair<std::size_t, std::size_t>, std::size_t> times;
    for (const auto row : rows) {
      entry.mean += aps[row].value;
      const auto [at, fresh] = expected.try_emplace({aps[row].positives, aps[row].total}, 0);
      if (fresh) at->second = expected_average_precision(aps[row].positives, aps[row].total);
      entry.normalized += normalized(aps[row].value, at->second);
      ++times[at->first];
    }
    const double n = static_cast<double>(rows.size());
    entry.mean /= n;
    entry.normalized /= n;
    for (const auto& [key, repeats] : times) {
      const auto& list = nulls.of(key.first, key.second);
      for (std::size_t i = 0; i < null.size(); ++i) null[i] += static_cast<double>(repeats) / n * list[i];
    }
    // Sums of equal numbers in another order may differ by a rounding: that is no "above".
    const auto above =
        std::count_if(null.begin(), null.end(), [&](double value) { return value > entry.mean + 1e-12; });
    entry.p_value = static_cast<double>(above + 1) / static_cast<double>(null.size() + 1);
    p_values.push_back(entry.p_value);
    result.push_back(std::move(entry));
  }
  const auto corrected = benjamini_hochberg(p_values);
  for (std::size_t g = 0; g < result.size(); ++g) result[g].corrected_p_value = corrected[g];
  return result;
}

std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
  const auto n = p_values.size();
  std::vector<std::size_t> order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return p_values[a] < p_values[b]; });
  std::vector<double> corrected(n, 1);
  double least = 1;
  for (auto rank = n; rank > 0; --rank) {
    const auto at = order[rank - 1];
    least = std::min(least, p_values[at] * static_cast<double>(n) / static_cast<double>(rank));
    corrected[at] = least;
  }
  return corrected;
}

}  // namespace cytoscale::evaluate
