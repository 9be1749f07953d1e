// t-distributed stochastic neighbor embedding (van der Maaten & Hinton, JMLR 2008) into two dimensions,
// exact: all pairs, O(n²) a step and 12 n² bytes, for some thousand points. Steps, rates and stopping are
// those of scikit-learn's TSNE(method="exact", init="pca"), whose results it meets in KL divergence and
// trustworthiness; the start is settled (PCA), so equal points give equal bytes for any number of threads.
#pragma once
#include <cstddef>

#include "profile/profile_table.hpp"

namespace cytoscale::evaluate {

inline constexpr std::size_t most_tsne_points = 5000;

struct TsneOptions {
  double perplexity = 30;  // less where there are few points: at most a third of those that are neighbors
  int steps = 1000;
  int threads = 1;
};

struct Tsne {
  profile::Matrix places;    // [n][2]
  double kl_divergence = 0;  // of the distributions over pairs, nats
  double perplexity = 0;     // as used
};

// rows: [n][features], compared by Euclidean distance. Throws Error: fewer than 4 rows or more than
// most_tsne_points, rows that are all alike. A safe point each step.
Tsne tsne(const profile::Matrix& rows, const TsneOptions& options);

// How far neighbors in the map are neighbors in truth (Venna & Kaski 2001), 0 … 1, by Euclidean distance:
// scikit-learn's trustworthiness. 2 · neighbors < n.
double trustworthiness(const profile::Matrix& rows, const profile::Matrix& places, std::size_t neighbors = 5);

// Scores along the first principal components, those of sklearn's PCA up to the sign: `most` of them, fewer
// where rows or features are, but at least 2 (the second all 0 where there is one alone). 2 rows or more.
profile::Matrix principal_map(const profile::Matrix& rows, std::size_t most = 2);
// Rows of length 1, as cosine similarity compares them; a row without a direction stays 0.
profile::Matrix unit_rows(const profile::Matrix& rows);
// Not more than `most` components, which hold the distances between the rows.
profile::Matrix fewer_features(const profile::Matrix& rows, std::size_t most = 50);

}  // namespace cytoscale::evaluate
