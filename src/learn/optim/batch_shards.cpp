#include "learn/optim/batch_shards.hpp"

#include "core/random.hpp"
#include "mpi/ordered_sum.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t { stream_dropout = 0x4452 };

}  // namespace

screen::Block examples_of_shard(const TrainOptions& options, std::size_t shard, int ranks) {
  const auto examples = static_cast<std::size_t>(options.batch_size), all = options.shards(ranks);
  return {examples * shard / all, examples * (shard + 1) / all};
}

OwnShards own_shards(const TrainOptions& options, int rank, int ranks) {
  const auto mine = mpi::parts_of(options.shards(ranks), rank, ranks);
  OwnShards own{mine.first, {examples_of_shard(options, mine.first, ranks).first, 0}, {}};
  for (std::size_t i = 0; i < mine.count; ++i) {
    const auto examples = examples_of_shard(options, mine.first + i, ranks);
    own.sizes.push_back(static_cast<std::int64_t>(examples.last - examples.first));
    own.examples.last = examples.last;
  }
  return own;
}

std::uint64_t dropout_seed(const TrainOptions& options, std::int64_t step, std::size_t shard) {
  return Random(options.seed, {stream_dropout, static_cast<std::uint64_t>(step), shard}).bits64();
}

}  // namespace cytoscale::learn
