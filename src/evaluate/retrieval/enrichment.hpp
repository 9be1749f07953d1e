// Do the most similar pairs of treatments share a class? Odds ratio and one-sided Fisher's exact test of
// the top percent of pairs (Rohban et al. 2017, eLife 6; Way et al. 2022, Cell Systems 13). Pairs are of
// treatments with a class and of different compounds.
#pragma once
#include <cstddef>
#include <optional>

#include "evaluate/matching/matching.hpp"

namespace cytoscale::evaluate {

struct Enrichment {
  double top_percent = 1;
  std::size_t pairs = 0, same_class = 0;          // all
  std::size_t top_pairs = 0, top_same_class = 0;  // the ⌈top_percent/100 · pairs⌉ most similar
  double odds_ratio = 0;                          // infinite where no other pair is of one class
  double p_value = 1;
};

// Memory for the top pairs alone. Nothing where no pair, or all pairs, share their class.
// Collective: no; the crew's threads of this rank work.
std::optional<Enrichment> class_enrichment(const TreatmentSet& set, double top_percent,
                                           const mpi::Crew& crew = mpi::Crew());

// P(X ≥ k), X hypergeometric: `drawn` of `all`, of which `marked` are marked.
double hypergeometric_tail(std::size_t k, std::size_t all, std::size_t marked, std::size_t drawn);

}  // namespace cytoscale::evaluate
