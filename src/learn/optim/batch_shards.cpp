#include "learn/optim/batch_shards.hpp"

#include "mpi/ordered_sum.hpp"

namespace cytoscale::learn {

screen::Block examples_of_shard(const TrainOptions& options, std::size_t shard, int ranks) {
  const auto examples = static_cast<std::size_t>(options.batch_size), all = options.shards(ranks);
  return {examples * shard / all, examples * (shard + 1) / all};
}

OwnShards own_shards(const TrainOptions& options, int rank, int ranks) {
  const auto mine = mpi::parts_of(options.shards(ranks), rank, ranks);
  OwnShards own{{examples_of_shard(options, mine.first, ranks).first, 0}, {}};
  for (std::size_t i = 0; i < mine.count; ++i) {
    const auto examples = examples_of_shard(options, mine.first + i, ranks);
    own.sizes.push_back(static_cast<std::int64_t>(examples.last - examples.first));
    own.examples.last = examples.last;
  }
  return own;
}

}  // namespace cytoscale::learn
