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

struct Query {
  std::size_t row, group;  // the group whose other members are its positives
};

constexpr std::size_t block_queries = 64;

Ranked rank_replicates(const profile::Matrix& values, const WellLabels& labels, const mpi::Crew& crew) {
  const profile::OneThreadBlas alone;
  const CosineIndex index(values);
  const auto controls = labels.controls();
  const auto control_rows = index.rough_rows(controls);
  const profile::Groups groups = profile::group_rows(labels.treatment);
  const auto well = [&](std::size_t at) { return labels.rows[at]; };
  std::vector<Query> queries;
  Ranked ranked;
  for (std::size_t g = 0; g < groups.rows.size(); ++g)
    if (groups.rows[g].size() > 1)
      for (const auto at : groups.rows[g]) {
        queries.push_back({well(at), g});
        ranked.group.push_back(groups.names[g]);
      }
  ranked.aps = crew.map<AveragePrecision>(
      queries.size(), block_queries, [&](std::size_t first, std::size_t last, AveragePrecision* aps, int) {
        heed_stop_request();
        std::vector<std::size_t> rows;
        for (auto q = first; q < last; ++q) rows.push_back(queries[q].row);
        profile::FloatMatrix rough;
        index.rough_similarities(rows, control_rows, rough);
        for (auto q = first; q < last; ++q) {
          std::vector<std::size_t> others;
          for (const auto at : groups.rows[queries[q].group])
            if (well(at) != queries[q].row) others.push_back(well(at));
          const auto similarities = rough.row(static_cast<Eigen::Index>(q - first));
          aps[q - first] = average_precision(index, queries[q].row, others, controls,
                                             {similarities.data(), controls.size()});
        }
      });
  return ranked;
}

// Ranks treatments of other compounds: those of a class among those that share none with the query.
class ClassRanker {
 public:
  ClassRanker(const TreatmentSet& set, const Classes& classes)
      : set_(set), classes_(classes), index_(set.values), all_(set.size()) {
    std::iota(all_.begin(), all_.end(), std::size_t{0});
    all_rows_ = index_.rough_rows(all_);
  }

  // Of total 0 where nothing is to be ranked.
  void rank(std::span<const Query> queries, AveragePrecision* aps) const {
    std::vector<std::size_t> rows;
    for (const auto& query : queries) rows.push_back(query.row);
    profile::FloatMatrix rough;
    index_.rough_similarities(rows, all_rows_, rough);
    std::vector<std::size_t> negatives;
    const std::string* negatives_of = nullptr;  // the classes of the query that they are of
    std::vector<float> of_negatives;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const auto query = queries[q].row;
      if (!negatives_of || *negatives_of != set_.moa[query]) {
        negatives_of = &set_.moa[query];
        negatives.clear();
        for (const auto row : all_)
          if (classes_.known(row) && !classes_.share(row, query)) negatives.push_back(row);
      }
      std::vector<std::size_t> positives;
      for (const auto row : classes_.groups().rows[queries[q].group])
        if (set_.compound[row] != set_.compound[query]) positives.push_back(row);
      if (positives.empty() || negatives.empty()) continue;
      of_negatives.clear();
      for (const auto row : negatives)
        of_negatives.push_back(rough(static_cast<Eigen::Index>(q), static_cast<Eigen::Index>(row)));
      aps[q] = average_precision(index_, query, positives, negatives, of_negatives);
    }
  }

 private:
  const TreatmentSet& set_;
  const Classes& classes_;
  CosineIndex index_;
  std::vector<std::size_t> all_;
  profile::FloatMatrix all_rows_;
};

Ranked rank_classes(const TreatmentSet& set, const mpi::Crew& crew) {
  const profile::OneThreadBlas alone;
  const Classes classes(set.moa);
  const auto& groups = classes.groups();
  std::vector<Query> queries;
  for (std::size_t g = 0; g < groups.rows.size(); ++g)
    for (const auto row : groups.rows[g]) queries.push_back({row, g});
  const ClassRanker ranker(set, classes);
  const auto aps =
      crew.map<AveragePrecision>(queries.size(), block_queries,
                                 [&](std::size_t first, std::size_t last, AveragePrecision* results, int) {
                                   heed_stop_request();
                                   ranker.rank(std::span(queries).subspan(first, last - first), results);
                                 });
  Ranked ranked;
  for (std::size_t q = 0; q < queries.size(); ++q) {
    if (aps[q].total == 0) continue;
    ranked.aps.push_back(aps[q]);
    ranked.group.push_back(groups.names[queries[q].group]);
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
                                   const BootstrapOptions& bootstrap, std::vector<std::string>& notes,
                                   const mpi::Crew& crew) {
  RetrievalFigures figures;
  NullDistributions nulls(options.null);
  if (labels.controls().empty()) {
    notes.emplace_back("no negative control wells: mAP of replicates against controls does not apply");
  } else {
    figures.replicate_map = summarize(rank_replicates(values, labels, crew), nulls, bootstrap);
    if (!figures.replicate_map)
      notes.emplace_back("no treatment has two wells: mAP of replicates does not apply");
  }
  const profile::Matrix treated = values(labels.rows, Eigen::all);
  figures.replicating =
      group_correlations(treated, profile::group_rows(labels.treatment), {}, options.null, crew);
  figures.percent_replicating = percent_of(figures.replicating, bootstrap);
  if (!labels.has_class) return figures;
  figures.class_map = summarize(rank_classes(treatments, crew), nulls, bootstrap);
  if (!figures.class_map)
    notes.emplace_back("no class has two compounds: mAP of classes and percent matching do not apply");
  figures.matching = group_correlations(treatments.values, Classes(treatments.moa).groups(),
                                        treatments.compound, options.null, crew);
  figures.percent_matching = percent_of(figures.matching, bootstrap);
  figures.enrichment = class_enrichment(treatments, options.top_percent, crew);
  return figures;
}

}  // namespace cytoscale::evaluate
