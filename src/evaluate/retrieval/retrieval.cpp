#include "evaluate/retrieval/retrieval.hpp"

#include <numeric>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "evaluate/matching/classes.hpp"

namespace cytoscale::evaluate {
namespace {

constexpr double significance = 0.05;

// Queries with their ranking's AP and the group that they count for.
struct Ranked {
  std::vector<AveragePrecision> aps;
  std::vector<std::string> group;
};

std::vector<std::size_t> without(const std::vector<std::size_t>& rows, std::size_t row) {
  std::vector<std::size_t> others;
  for (const auto other : rows) {
    if (other != row) others.push_back(other);
  }
  return others;
}

Ranked rank_replicates(const profile::Matrix& values, const WellLabels& labels) {
  const CosineIndex index(values);
  const auto controls = labels.controls();
  const profile::Groups groups = profile::group_rows(labels.treatment);
  Ranked ranked;
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    if (groups.rows[g].size() < 2) continue;
    std::vector<std::size_t> wells;
    for (const auto at : groups.rows[g]) wells.push_back(labels.rows[at]);
    for (const auto well : wells) {
      heed_stop_request();
      ranked.aps.push_back(average_precision(index, well, without(wells, well), controls));
      ranked.group.push_back(groups.names[g]);
    }
  }
  return ranked;
}

Ranked rank_classes(const TreatmentSet& set) {
  const CosineIndex index(set.values);
  const Classes classes(set.moa);
  const auto& groups = classes.groups();
  Ranked ranked;
  for (std::size_t g = 0; g < groups.rows.size(); ++g) {
    std::vector<std::size_t> negatives;
    std::string negatives_of;  // the classes of the query that they are of
    for (const auto query : groups.rows[g]) {
      heed_stop_request();
      if (negatives_of != set.moa[query]) {
        negatives_of = set.moa[query];
        negatives.clear();
        for (std::size_t row = 0; row < set.size(); ++row)
          if (classes.known(row) && !classes.share(row, query)) negatives.push_back(row);
      }
      std::vector<std::size_t> positives;
      for (const auto row : groups.rows[g]) {
        if (set.compound[row] != set.compound[query]) positives.push_back(row);
      }
      if (positives.empty() || negatives.empty()) continue;
      ranked.aps.push_back(average_precision(index, query, positives, negatives));
      ranked.group.push_back(groups.names[g]);
    }
  }
  return ranked;
}

std::optional<MeanRetrieval> summarize(const Ranked& ranked, NullDistributions& nulls,
                                       const BootstrapOptions& bootstrap) {
  if (ranked.aps.empty()) return std::nullopt;
  MeanRetrieval result;
  result.groups = mean_average_precision(ranked.aps, ranked.group, nulls);
  std::vector<double> means;
  Answers significant;
  std::vector<std::string> names;
  for (const auto& group : result.groups) {
    means.push_back(group.mean);
    names.push_back(group.name);
    significant.emplace_back(group.corrected_p_value < significance);
  }
  result.mean = std::accumulate(means.begin(), means.end(), 0.0) / static_cast<double>(means.size());
  result.ci95 = bootstrap_mean(means, bootstrap);
  result.significant = score_of(significant, names, bootstrap);
  return result;
}

std::optional<Score> percent_of(const std::vector<GroupCorrelation>& groups,
                                const BootstrapOptions& bootstrap) {
  if (groups.empty()) return std::nullopt;
  return percent_above_null(groups, bootstrap);
}

}  // namespace

void RetrievalOptions::validate() const {
  null.validate();
  if (top_percent > 0 && top_percent < 100) return;
  throw Error("the top of pairs is " + number_text(top_percent) + " %", "--top-percent",
              "Give a percentage above 0 and below 100 (1 is usual)");
}

RetrievalFigures measure_retrieval(const profile::Matrix& values, const WellLabels& labels,
                                   const TreatmentSet& treatments, const RetrievalOptions& options,
                                   const BootstrapOptions& bootstrap, std::vector<std::string>& notes) {
  RetrievalFigures figures;
  NullDistributions nulls(options.null);
  if (labels.controls().empty()) {
    notes.emplace_back("no negative control wells: mAP of replicates against controls does not apply");
  } else {
    figures.replicate_map = summarize(rank_replicates(values, labels), nulls, bootstrap);
    if (!figures.replicate_map)
      notes.emplace_back("no treatment has two wells: mAP of replicates does not apply");
  }
  const profile::Matrix treated = values(labels.rows, Eigen::all);
  figures.replicating = group_correlations(treated, profile::group_rows(labels.treatment), {}, options.null);
  figures.percent_replicating = percent_of(figures.replicating, bootstrap);
  if (!labels.has_class) return figures;
  figures.class_map = summarize(rank_classes(treatments), nulls, bootstrap);
  if (!figures.class_map)
    notes.emplace_back("no class has two compounds: mAP of classes and percent matching do not apply");
  figures.matching = group_correlations(treatments.values, Classes(treatments.moa).groups(),
                                        treatments.compound, options.null);
  figures.percent_matching = percent_of(figures.matching, bootstrap);
  figures.enrichment = class_enrichment(treatments, options.top_percent);
  return figures;
}

}  // namespace cytoscale::evaluate
