#include "evaluate/score.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "core/error.hpp"
#include "core/random.hpp"
#include "core/statistics.hpp"
#include "core/system/stop_request.hpp"

namespace cytoscale::evaluate {
namespace {

// What a unit adds to numerator and denominator of a ratio.
struct Share {
  double sum = 0, weight = 0;
};

std::optional<Interval> bootstrap_ratio(const std::vector<Share>& units, const BootstrapOptions& options) {
  if (units.size() < 2 || options.resamples == 0) return std::nullopt;
  std::vector<double> ratios;
  for (int r = 0; r < options.resamples; ++r) {
    heed_stop_request();
    Random random(options.seed, {static_cast<std::uint64_t>(r)});
    Share drawn;
    for (std::size_t i = 0; i < units.size(); ++i) {
      const auto& unit = units[random.below(units.size())];
      drawn.sum += unit.sum;
      drawn.weight += unit.weight;
    }
    ratios.push_back(drawn.sum / drawn.weight);
  }
  return Interval{percentile(ratios, 0.025), percentile(ratios, 0.975)};
}

}  // namespace

void BootstrapOptions::validate() const {
  if (resamples == 0 || resamples >= 100) return;
  throw Error(std::to_string(resamples) + " resamples do not give 95 % intervals", "--bootstrap",
              "Give 100 or more (1000 is usual), or 0 for no intervals");
}

Score count(const Answers& answers) {
  Score score;
  for (const auto& answer : answers) {
    if (!answer) continue;
    ++score.total;
    score.correct += *answer;
  }
  return score;
}

Score score_of(const Answers& answers, const std::vector<std::string>& unit,
               const BootstrapOptions& options) {
  auto score = count(answers);
  std::map<std::string, Share> by_unit;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!answers[i]) continue;
    by_unit[unit[i]].sum += *answers[i];
    by_unit[unit[i]].weight += 1;
  }
  std::vector<Share> shares;
  for (const auto& [name, share] : by_unit) shares.push_back(share);
  score.ci95 = bootstrap_ratio(shares, options);
  return score;
}

std::optional<Interval> bootstrap_mean(const std::vector<double>& values, const BootstrapOptions& options) {
  std::vector<Share> shares;
  for (const double value : values) shares.push_back({value, 1});
  return bootstrap_ratio(shares, options);
}

}  // namespace cytoscale::evaluate
