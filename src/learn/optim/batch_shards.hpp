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
  screen::Block examples;
  std::vector<std::int64_t> sizes;
};
OwnShards own_shards(const TrainOptions& options, int rank, int ranks);

}  // namespace cytoscale::learn
