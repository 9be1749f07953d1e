// Mean average precision as copairs 0.5 defines it (Kalinin et al. 2025, "A versatile information retrieval
// framework for evaluating profile strength and similarity"): each query ranks its positives among its
// negatives by cosine similarity; equal similarities rank positives first.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "evaluate/matching/cosine.hpp"

namespace cytoscale::evaluate {

struct AveragePrecision {
  double value = 0;                      // mean over positives of (positives so far / rank)
  std::size_t positives = 0, total = 0;  // total = positives + negatives
};

// Needs a positive.
AveragePrecision average_precision(std::vector<double> positives, const std::vector<double>& negatives);
// Of rows of an index. Those without a direction count as the least similar. Similarities of the negatives
// are given roughly (CosineIndex::rough_similarities), and looked up where that does not tell who stands
// above.
AveragePrecision average_precision(const CosineIndex& index, std::size_t query,
                                   std::span<const std::size_t> positives,
                                   std::span<const std::size_t> negatives, std::span<const float> rough);

// Its expectation when ranks are random; normalized AP is (AP − that)/(1 − that), in [−1, 1].
double expected_average_precision(std::size_t positives, std::size_t total);
double normalized_average_precision(const AveragePrecision& ap);

struct NullOptions {
  int size = 10000;  // random rankings per number of positives and negatives
  std::uint64_t seed = 1;
  void validate() const;  // throws Error
};

// AP of random rankings, one list per (positives, total), in a fixed order: ranking i depends on the seed,
// positives, total and i alone.
class NullDistributions {
 public:
  explicit NullDistributions(const NullOptions& options) : options_(options) {}
  const std::vector<double>& of(std::size_t positives, std::size_t total);
  std::size_t size() const { return static_cast<std::size_t>(options_.size); }

 private:
  NullOptions options_;
  std::map<std::pair<std::size_t, std::size_t>, std::vector<double>> made_;
};

struct MeanAveragePrecision {
  std::string name;
  std::size_t queries = 0;
  double mean = 0, normalized = 0;
  double p_value = 1;            // (1 + nulls above the mean)/(1 + nulls); a group's null is the mean of its
                                 // queries' lists, position by position
  double corrected_p_value = 1;  // Benjamini & Hochberg, over the groups
};

// One per group, in the order of first appearance. `group[i]` is the name of aps[i].
std::vector<MeanAveragePrecision> mean_average_precision(const std::vector<AveragePrecision>& aps,
                                                         const std::vector<std::string>& group,
                                                         NullDistributions& nulls);

// Benjamini & Hochberg (1995), as statsmodels' multipletests(method='fdr_bh').
std::vector<double> benjamini_hochberg(const std::vector<double>& p_values);

}  // namespace cytoscale::evaluate
