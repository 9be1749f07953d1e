// Parameters, optimizer and gradients stay on the device. A step's work (crops, forward, backward, the
// optimizer's step) is recorded once and repeated; what is drawn for it goes there, and what it scored comes
// back while the next step is under way. Shards are a dimension of the statistics of normalizations, not of
// the pass.
#include <deque>
#include <optional>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "learn/device/device_batch_torch.hpp"
#include "learn/device/device_network_torch.hpp"
#include "learn/device/device_optimizer_torch.hpp"
#include "learn/device/rank_sums_torch.hpp"
#include "learn/optim/batch_shards.hpp"
#include "learn/optim/learner_torch.hpp"
#include "mpi/guarded_run.hpp"
#include "screen/plan.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::size_t batches_ahead = 4, steps_on_device = 4;
constexpr std::int64_t most_unread_steps = 20;  // as many as the watch over the loss looks back

class DeviceLearner final : public Learner {
 public:
  DeviceLearner(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
                const BatchMaker& maker, const TrainOptions& options, int threads);

  void connect() override {
    sums_ = make_rank_sums(comm_, *lane_, network_.sums(), network_.bucket_values());
    network_.on_bucket([this](std::size_t bucket) {
      if (sums_) sums_->complete(bucket);
    });
  }
  network::Network& network() const override { return network_.master(); }
  torch::nn::Module* head() const override { return network_.master_head(); }
  Optimiser& optimiser() override { return host_optimiser_; }
  void weights_changed() override;
  void fetch() override;

  void begin(std::int64_t first, std::int64_t last) override;
  void step(double learning_rate) override;
  std::vector<Tally> scores() override;
  std::int64_t steps_ahead() const override { return most_unread_steps; }
  Tally judge(std::span<const CellDraw> cells) override;

 private:
  void record();
  void make_gradient();
  void apply_gradient();

  const mpi::Communicator& comm_;
  const BatchMaker& maker_;
  const TrainOptions& options_;
  OwnShards own_;
  std::unique_ptr<network::DeviceLane> lane_;
  std::shared_ptr<void> entered_;  // while this is made
  DeviceNetwork network_;
  Optimiser host_optimiser_;
  DeviceOptimizer optimizer_;
  std::unique_ptr<DeviceImages> images_;
  std::optional<DeviceBatch> batch_, judged_;
  std::unique_ptr<RankSums> sums_;
  std::function<void()> gradient_work_, apply_work_;  // recorded
  std::int64_t next_ = 0;                             // step
  std::deque<std::shared_ptr<network::DeviceLane::Download>> unread_;
  std::size_t threads_;
  std::int64_t made_ = 0, last_ = 0;                       // batches asked for
  std::optional<TaskQueue<DeviceBatch::Staged>> batches_;  // last: its threads use all of the above
};

DeviceLearner::DeviceLearner(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
                             const BatchMaker& maker, const TrainOptions& options, int threads)
    : comm_(comm),
      maker_(maker),
      options_(options),
      own_(own_shards(options, comm.rank(), comm.size())),
      lane_(network::DeviceLane::on(network::choose_device(options.device, comm.node_rank()))),
      entered_(lane_->enter()),
      network_(*lane_, spec, labels, maker.regularizer(), options),
      host_optimiser_(options, network_.tensors(), network_.values()),
      optimizer_(*lane_, options, network_.tensors(), network_.values()),
      threads_(static_cast<std::size_t>(std::max(1, threads))) {
  if (lane_->device().is_cpu()) at::set_num_threads(threads);
  const auto& own = own_.examples;
  const auto channels = static_cast<std::size_t>(spec.channels),
             all_labels = static_cast<std::size_t>(labels);
  const DeviceBatch::Shape learned{own.last - own.first, maker.regularizer().cells_per_example(), all_labels,
                                   true},
      judged{std::min<std::size_t>(learned.examples * learned.cells_per_example, 256), 1, all_labels, false};
  images_ = make_device_images(*lane_, maker.images(), options, channels,
                               learned.examples * learned.cells_per_example,
                               most_on_a_device(comm.all_gather(lane_->name())));
  batch_.emplace(*lane_, *images_, maker, options, channels, learned);
  judged_.emplace(*lane_, *images_, maker, options, channels, judged);
  network_.set_shards(own_.sizes);
  entered_.reset();
}

void DeviceLearner::weights_changed() {
  const auto entered = lane_->enter();
  network_.load();
  optimizer_.load(host_optimiser_);
}

void DeviceLearner::fetch() {
  const auto entered = lane_->enter();
  network_.store();
  optimizer_.store(host_optimiser_);
}

void DeviceLearner::begin(std::int64_t first, std::int64_t last) {
  next_ = made_ = first;
  last_ = last;
  batches_.emplace(static_cast<int>(std::max<std::size_t>(1, threads_ / 4)));
}

void DeviceLearner::make_gradient() {
  const auto& own = own_.examples;
  network_.make_gradient(batch_->examples(own.last - own.first), options_.label_smoothing);
  if (sums_) sums_->join();
}

void DeviceLearner::apply_gradient() {
  torch::NoGradGuard no_grad;
  network_.keep_statistics();
  optimizer_.step(network_.parameters(), network_.gradient());
}

// Work is rehearsed before it is recorded: what it changed is put back.
void DeviceLearner::record() {
  auto changed = optimizer_.state();
  for (const auto& tensor : network_.state()) changed.push_back(tensor);
  std::vector<torch::Tensor> before;
  for (const auto& tensor : changed) before.push_back(tensor.clone());
  const bool host_between = sums_ && sums_->over_host();
  const auto recorded = [&](const std::function<void()>& work) {
    return network_.can_be_recorded() ? lane_->record(work) : work;
  };
  if (host_between) {
    gradient_work_ = recorded([this] { make_gradient(); });
    apply_work_ = recorded([this] { apply_gradient(); });
  } else {
    gradient_work_ = recorded([this] {
      make_gradient();
      apply_gradient();
    });
    apply_work_ = [] {};
  }
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < changed.size(); ++i) changed[i].copy_(before[i]);
}

void DeviceLearner::step(double learning_rate) {
  const auto entered = lane_->enter();
  const auto own = own_.examples;
  for (; made_ < last_ && batches_->asked() < batches_ahead; ++made_)
    batches_->ask([this, step = made_, own](Claim& claim) {
      claim.keep();
      return batch_->stage(maker_.drawn(step, own.first, own.last));
    });
  mpi::or_abort(comm_, [&] {
    batch_->upload(*batches_->take({}));
    optimizer_.begin(learning_rate);
    network_.begin_step(dropout_seed(options_, next_++, own_.first));
    if (!gradient_work_) record();
    gradient_work_();
  });
  if (sums_) sums_->exchange();
  mpi::or_abort(comm_, [&] { apply_work_(); });
  unread_.push_back(lane_->download(network_.score()));
  // The host runs ahead of the device by some steps and no more.
  if (unread_.size() > steps_on_device) unread_[unread_.size() - steps_on_device - 1]->hold_back();
}

std::vector<Tally> DeviceLearner::scores() {
  std::vector<Tally> scores;
  for (const auto& score : unread_) {
    const auto* values = score->wait().data_ptr<float>();
    scores.push_back({values[0], values[1], static_cast<double>(options_.batch_size), 0});
  }
  unread_.clear();
  if (!scores.empty())
    scores.back().stop_signals = static_cast<double>(comm_.sum(std::int64_t{stop_signal()}));
  return scores;
}

Tally DeviceLearner::judge(std::span<const CellDraw> cells) {
  const auto entered = lane_->enter();
  torch::NoGradGuard no_grad;
  network_.begin_judging();
  const auto block = screen::block_of(cells.size(), comm_.rank(), comm_.size());
  std::vector<std::pair<std::size_t, std::shared_ptr<network::DeviceLane::Download>>> scores;
  for (std::size_t first = block.first; first < block.last; first += judged_->capacity()) {
    const auto count = std::min(judged_->capacity(), block.last - first);
    judged_->upload(judged_->stage(maker_.drawn(cells.subspan(first, count))));
    scores.emplace_back(count, lane_->download(network_.judge(judged_->examples(count))));
  }
  Tally mine;
  for (const auto& [count, score] : scores) {
    const auto* values = score->wait().data_ptr<float>();
    mine.add({values[0], values[1], static_cast<double>(count), 0});
  }
  return sum_over_ranks(comm_, mine);
}

}  // namespace

std::unique_ptr<Learner> make_device_learner(const mpi::Communicator& comm, const network::NetworkSpec& spec,
                                             int labels, const BatchMaker& maker, const TrainOptions& options,
                                             int threads) {
  return std::make_unique<DeviceLearner>(comm, spec, labels, maker, options, threads);
}

}  // namespace cytoscale::learn
