// Beyond the nearest neighbor: mean average precision of replicates against controls and of classes, percent
// replicating and matching, enrichment of classes among the most similar pairs.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "evaluate/matching/matching.hpp"
#include "evaluate/matching/well_labels.hpp"
#include "evaluate/retrieval/average_precision.hpp"
#include "evaluate/retrieval/correlation.hpp"
#include "evaluate/retrieval/enrichment.hpp"
#include "evaluate/score.hpp"
#include "mpi/crew.hpp"

namespace cytoscale::evaluate {

struct RetrievalOptions {
  bool wanted = true;
  NullOptions null;        // of mAP's p-values and of the correlations
  double top_percent = 1;  // of pairs, for enrichment
  void validate() const;   // throws Error
};

struct MeanRetrieval {
  std::vector<MeanAveragePrecision> groups;  // treatments or classes
  double mean = 0;                           // of the groups' mAP
  std::optional<Interval> ci95;              // over the groups
  Score significant;                         // groups whose corrected p-value is below 0.05
};

struct RetrievalFigures {
  // Queries: wells. Positives: wells of the same treatment; negatives: negative control wells.
  std::optional<MeanRetrieval> replicate_map;
  // Queries: treatments. Positives: of the same class and another compound; negatives: those that share no
  // class with the query. A treatment of several classes is a query of each, as in copairs' multilabel.
  std::optional<MeanRetrieval> class_map;
  std::vector<GroupCorrelation> replicating, matching;  // treatments, classes
  std::optional<Score> percent_replicating, percent_matching;
  std::optional<Enrichment> enrichment;
};

// `values`: all wells, normalized. What does not apply is left out; `notes` says why.
// Collective: where the crew is.
RetrievalFigures measure_retrieval(const profile::Matrix& values, const WellLabels& labels,
                                   const TreatmentSet& treatments, const RetrievalOptions& options,
                                   const BootstrapOptions& bootstrap, std::vector<std::string>& notes,
                                   const mpi::Crew& crew = mpi::Crew());

}  // namespace cytoscale::evaluate
