// How a batch is cut into shards, and these are shared out over ranks. Collective: no.
#pragma once
#include <cstdint>
#include <vector>

#include "learn/run/train_options.hpp"
#include "screen/plan.hpp"

namespace cytoscale::learn {

// The examples of one of the `TrainOptions::shards(ranks)` shards of a batch.
screen::Block examples_of_shard(const TrainOptions& options, std::size_t shard, int ranks);
// Of a rank: its examples, and how many there are in each of its shards.
struct OwnShards {
  std::size_t first;  // of its shards
  screen::Block examples;
  std::vector<std::int64_t> sizes;
};
OwnShards own_shards(const TrainOptions& options, int rank, int ranks);

// Of what is dropped out of the examples that pass together, `shard` being the first of theirs.
std::uint64_t dropout_seed(const TrainOptions& options, std::int64_t step, std::size_t shard);

}  // namespace cytoscale::learn
