#include <algorithm>
#include <optional>

#include "core/system/clock.hpp"
#include "learn/optim/batch_shards.hpp"
#include "learn/optim/learner_torch.hpp"
#include "learn/optim/sharded_network_torch.hpp"
#include "mpi/guarded_run.hpp"
#include "screen/plan.hpp"

namespace cytoscale::learn {
namespace {

class HostLearner final : public Learner {
 public:
  HostLearner(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
              const BatchMaker& maker, const TrainOptions& options, int threads)
      : comm_(comm),
        maker_(maker),
        options_(options),
        threads_(threads),
        network_(comm, spec, labels, maker.regularizer(), options, threads),
        optimiser_(options, network_.tensors(), network_.parameters().size()) {}

  network::Network& network() const override { return network_.network(); }
  torch::nn::Module* head() const override { return network_.head(); }
  Optimiser& optimiser() override { return optimiser_; }
  void weights_changed() override { network_.weights_changed(); }

  // This rank's shards, step after step.
  void begin(std::int64_t first, std::int64_t last) override {
    const auto shards = network_.shards();
    const auto per_step = static_cast<std::int64_t>(shards.count);
    next_ = first;
    batches_.emplace(first * per_step, last * per_step, threads_ > 4 ? threads_ / 4 : 1,
                     [this, shards, per_step](std::int64_t item) {
                       const auto shard = shards.first + static_cast<std::size_t>(item % per_step);
                       const auto examples = examples_of_shard(options_, shard, comm_.size());
                       return maker_.training(item / per_step, examples.first, examples.last);
                     });
  }

  void step(double learning_rate) override {
    std::vector<CropBatch> batch;
    mpi::or_abort(comm_, [&] {
      const double start_s = clock_.now_s();
      for (std::size_t k = 0; k < network_.shards().count; ++k) batch.push_back(batches_->next());
      waited_s_ += clock_.now_s() - start_s;
    });
    scores_.push_back(network_.learn(next_++, batch));
    optimiser_.step(network_.parameters(), network_.gradient(), learning_rate, network_.pool());
    network_.keep_statistics();
    network_.weights_changed();
  }

  double waited_s() const override { return waited_s_; }
  std::vector<Tally> scores() override { return std::exchange(scores_, {}); }

  Tally judge(std::span<const CellDraw> cells) override {
    const auto& size = maker_.size();
    const auto picture = static_cast<std::size_t>(network().spec().channels) * size.pixels();
    const std::size_t at_once = std::clamp<std::size_t>((std::size_t{1} << 24) / picture, 1, 64),
                      tiles = (cells.size() + at_once - 1) / at_once;
    const auto block = screen::block_of(tiles, comm_.rank(), comm_.size());
    const auto mine = network_.judge(block.first, block.last, [&](std::size_t tile) {
      const auto first = tile * at_once;
      return maker_.plain(cells.subspan(first, std::min(at_once, cells.size() - first)));
    });
    return sum_over_ranks(comm_, mine);
  }

 private:
  const mpi::Communicator& comm_;
  const BatchMaker& maker_;
  const TrainOptions& options_;
  int threads_;
  ShardedNetwork network_;
  Optimiser optimiser_;
  SteadyClock clock_;
  double waited_s_ = 0;
  std::int64_t next_ = 0;
  std::vector<Tally> scores_;
  std::optional<BatchQueue> batches_;  // last: its threads use all of the above
};

}  // namespace

std::unique_ptr<Learner> make_host_learner(const mpi::Communicator& comm, const network::NetworkSpec& spec,
                                           int labels, const BatchMaker& maker, const TrainOptions& options,
                                           int threads) {
  return std::make_unique<HostLearner>(comm, spec, labels, maker, options, threads);
}

}  // namespace cytoscale::learn
