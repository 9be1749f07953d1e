// An accuracy and how sure it is: correct answers of all, with a bootstrap interval over treatments.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cytoscale::evaluate {

struct Interval {
  double low, high;
};

// Efron's percentile bootstrap: units (treatments) are drawn with replacement as often as there are units,
// the figure is computed anew, and the 2.5th and 97.5th percentiles (linear, as numpy) are the 95 % interval.
// The neighbors stay those of the full set. Resample r of n units is the same for every figure, so figures
// of the same treatments can be compared.
struct BootstrapOptions {
  int resamples = 1000;  // 0: no intervals
  std::uint64_t seed = 1;
  void validate() const;  // throws Error: negative, or too few for percentiles
};

struct Score {
  std::size_t correct = 0, total = 0;
  std::optional<Interval> ci95;  // of the fraction
  double fraction() const { return total ? static_cast<double>(correct) / static_cast<double>(total) : 0; }
};

// One per query: right or wrong; nothing where it is not asked.
using Answers = std::vector<std::optional<bool>>;

Score count(const Answers& answers);
// With an interval; `unit[i]` names the treatment of query i, whose queries are drawn together. None where
// fewer than two units have a query, or resamples is 0.
Score score_of(const Answers& answers, const std::vector<std::string>& unit, const BootstrapOptions& options);

// The interval of the mean of values, one per unit.
std::optional<Interval> bootstrap_mean(const std::vector<double>& values, const BootstrapOptions& options);

}  // namespace cytoscale::evaluate
