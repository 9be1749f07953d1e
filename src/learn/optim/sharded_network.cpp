#include <algorithm>

#include "core/system/stop_request.hpp"
#include "learn/augment/regularizer_torch.hpp"
#include "learn/optim/batch_shards.hpp"
#include "learn/optim/sharded_network_torch.hpp"
#include "mpi/guarded_run.hpp"

namespace cytoscale::learn {

ShardedNetwork::ShardedNetwork(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
                               const Regularizer& regularizer, const TrainOptions& options, int threads)
    : comm_(comm),
      regularizer_(regularizer),
      options_(options),
      device_(network::choose_device(options.device, comm.node_rank())),
      type_(network::computing_type(options.precision)),
      memory_format_(device_.is_cpu() && type_ == torch::kFloat32 ? torch::MemoryFormat::Contiguous
                                                                  : torch::MemoryFormat::ChannelsLast),
      learns_statistics_(options.batch_norm != network::NormMode::frozen),
      master_(network::make_network(spec)),
      head_(regularizer.make_head(spec, labels)),
      statistics_(master_->statistics()) {
  network::set_computing(options.precision, options.reproducible);
  sums_ = std::make_unique<GradientSums>(comm, options.shards(comm.size()), own_parameters(),
                                         [this] { main_thread_.poke(); });
  // Synchronized statistics tie a rank's cells together: one pass, on several intra-op threads.
  const bool one_pass = options.batch_norm == network::NormMode::sync || !device_.is_cpu();
  const int workers = one_pass ? 1 : std::clamp(threads, 1, static_cast<int>(sums_->shards().count));
  for (int i = 0; i < workers; ++i) add_replica(labels);
  const int intra_op = one_pass ? threads : 1;
  pool_ = std::make_unique<WorkerPool>(workers, [intra_op] { at::set_num_threads(intra_op); });
}

ShardedNetwork::~ShardedNetwork() = default;

// Parameters in one array. What is summed: by bucket, how many gradients, and statistics.
std::vector<std::size_t> ShardedNetwork::own_parameters() {
  const auto named = named_parameters_of(*master_, head_.get());
  layout_ = lay_out(named);
  parameters_.resize(layout_.values);
  if (type_ == torch::kBFloat16 && device_.is_cpu()) rounded_.resize(layout_.values);
  for (std::size_t i = 0; i < named.size(); ++i) {
    auto parameter = named[i].second;
    const auto place = torch::from_blob(parameters_.data() + tensors()[i].offset, tensors()[i].shape);
    place.copy_(parameter.detach());
    parameter.set_data(place);
  }
  auto bucket_values = layout_.bucket_values;
  learns_statistics_ = learns_statistics_ && !statistics_.empty();
  if (!learns_statistics_) return bucket_values;
  bucket_values.push_back(0);
  for (const auto& statistic : statistics_)
    bucket_values.back() += static_cast<std::size_t>(statistic.numel());
  return bucket_values;
}

// Rounded once a step rather than once a shard where the network computes in bf16.
torch::Tensor ShardedNetwork::shared(std::size_t parameter) {
  const auto& tensor = tensors()[parameter];
  if (type_ == torch::kBFloat16 && tensor.shape.size() == 4)
    return torch::from_blob(rounded_.data() + tensor.offset, tensor.shape, torch::kBFloat16);
  return torch::from_blob(parameters_.data() + tensor.offset, tensor.shape);
}

void ShardedNetwork::add_replica(int labels) {
  auto replica = std::make_unique<Replica>();
  replica->network = network::make_network(master_->spec());
  replica->network->to(device_);
  replica->head = regularizer_.make_head(master_->spec(), labels);
  if (replica->head) replica->head->to(device_);
  if (device_.is_cpu() && type_ == torch::kFloat32 && options_.batch_norm == network::NormMode::local)
    replica->network->learn_in_blocks();
  auto& norms = replica->network->norms();
  norms.mode = options_.batch_norm;
  norms.momentum = 1;  // what the shard saw, for keep_statistics()
  norms.ranks = comm_.size();
  norms.sum_over_ranks = [this](std::span<double> values) { main_thread_.sum(values); };
  for (const auto& [name, parameter] : named_parameters_of(*replica->network, replica->head.get()))
    replica->parameters.push_back(parameter);
  replica->statistics = replica->network->statistics();
  for (std::size_t i = 0; i < replica->parameters.size(); ++i) {
    auto& parameter = replica->parameters[i];
    if (device_.is_cpu()) parameter.set_data(shared(i));
    parameter.register_hook([this, r = replica.get(), i](torch::Tensor gradient) { take(*r, i, &gradient); });
  }
  replicas_.push_back(std::move(replica));
}

void ShardedNetwork::weights_changed() {
  torch::NoGradGuard no_grad;
  if (device_.is_cpu()) {
    pool_->run(rounded_.empty() ? 0 : tensors().size(), [&](std::size_t i, int) {
      const auto* values = parameters_.data() + tensors()[i].offset;
      if (tensors()[i].shape.size() == 4)
        std::copy_n(values, tensors()[i].values, rounded_.data() + tensors()[i].offset);
    });
  } else {
    for (std::size_t i = 0; i < tensors().size(); ++i)
      replicas_[0]->parameters[i].copy_(
          torch::from_blob(parameters_.data() + tensors()[i].offset, tensors()[i].shape));
  }
  if (learns_statistics_) return;
  for (auto& replica : replicas_)
    for (std::size_t i = 0; i < statistics_.size(); ++i) replica->statistics[i].copy_(statistics_[i]);
}

// The batch through the network; loss_sum is the sum over its examples.
Tally ShardedNetwork::forward(Replica& replica, const CropBatch& batch, torch::Tensor& loss_sum,
                              double smoothing) {
  const auto count = static_cast<std::int64_t>(batch.count);
  const auto n = count * static_cast<std::int64_t>(batch.crops_per_example);
  const auto crops = torch::from_blob(const_cast<float*>(batch.crops.data()),
                                      {n, master_->spec().channels, batch.size.height, batch.size.width});
  const auto targets =
      torch::from_blob(const_cast<float*>(batch.targets.data()),
                       {count, static_cast<std::int64_t>(batch.targets.size() / batch.count)});
  const auto input = crops.to(device_).to(type_, false, false, memory_format_);
  const auto outcome = regularizer_.outcome(*replica.network, replica.head.get(),
                                            {input, targets.to(device_), batch.crops_per_example}, smoothing);
  loss_sum = outcome.loss_sum;
  return {loss_sum.item<double>(), outcome.correct_sum.item<double>(), static_cast<double>(batch.count)};
}

// A gradient as backward finds it, or none: zero. On a GPU this runs on a thread of LibTorch's own.
void ShardedNetwork::take(Replica& replica, std::size_t parameter, const torch::Tensor* gradient) {
  torch::NoGradGuard no_grad;
  const auto& tensor = tensors()[parameter];
  auto place = torch::from_blob(sums_->array_of(replica.shard).data() + tensor.offset, tensor.shape);
  if (gradient)
    place.copy_(gradient->detach());
  else
    place.zero_();
  replica.taken[parameter] = 1;
  const auto bucket = layout_.bucket_of[parameter];
  if (--replica.waiting[bucket] == 0) sums_->complete(replica.shard, bucket);
}

Tally ShardedNetwork::learn_shard(Replica& replica, std::int64_t step, std::size_t shard,
                                  const CropBatch& batch) {
  replica.shard = shard;
  replica.taken.assign(tensors().size(), 0);
  replica.waiting = layout_.in_bucket;
  for (auto& parameter : replica.parameters) parameter.mutable_grad() = torch::Tensor();
  torch::Tensor loss_sum;
  if (options_.dropout) replica.network->dropout().seed(dropout_seed(options_, step, shard), device_);
  const auto score = forward(replica, batch, loss_sum, options_.label_smoothing);
  (loss_sum / static_cast<double>(options_.batch_size)).backward();
  for (std::size_t i = 0; i < tensors().size(); ++i)
    if (!replica.taken[i]) take(replica, i, nullptr);
  if (!learns_statistics_) return score;
  torch::NoGradGuard no_grad;
  const auto bucket = sums_->buckets() - 1;
  auto offset = sums_->offset(bucket);
  const double share = static_cast<double>(batch.count) / options_.batch_size;
  for (const auto& statistic : replica.statistics) {
    torch::from_blob(sums_->array_of(shard).data() + offset, statistic.sizes()).copy_(statistic * share);
    offset += static_cast<std::size_t>(statistic.numel());
  }
  sums_->complete(shard, bucket);
  return score;
}

Tally ShardedNetwork::learn(std::int64_t step, const std::vector<CropBatch>& shards) {
  sums_->begin();
  main_thread_.begin();
  std::vector<Tally> scores(shards.size());
  for (auto& replica : replicas_) replica->network->train();
  pool_->start(
      shards.size(),
      [&](std::size_t item, int worker) {
        scores[item] = learn_shard(*replicas_[static_cast<std::size_t>(worker)], step,
                                   sums_->shards().first + item, shards[item]);
      },
      [this] { main_thread_.end(); });
  serve();
  Tally mine;
  for (const auto& score : scores) mine.add(score);
  mine.stop_signals = stop_signal();
  return sum_over_ranks(comm_, mine);
}

// The main thread while the others compute: carries gradients and sums over the ranks. Alone there is nothing
// to carry.
void ShardedNetwork::serve() {
  for (bool over = false, waited = false; !over;) {
    const bool ended = main_thread_.serve(comm_, comm_.size() > 1 && sums_->started() > 0);
    if (ended && !waited) {
      mpi::or_abort(comm_, [this] { pool_->wait(); });  // rethrows what a thread threw: sums are under way
      waited = true;
    }
    over = sums_->advance() && ended;
  }
}

void ShardedNetwork::keep_statistics() {
  if (!learns_statistics_) return;
  torch::NoGradGuard no_grad;
  const auto* place = sums_->result().data() + sums_->offset(sums_->buckets() - 1);
  for (auto& statistic : statistics_) {
    statistic.mul_(0.9).add_(torch::from_blob(const_cast<float*>(place), statistic.sizes()), 0.1);
    place += statistic.numel();
  }
  for (auto& buffer : master_->buffers())
    if (!buffer.is_floating_point()) buffer += 1;
}

Tally ShardedNetwork::judge(std::size_t first, std::size_t last,
                            const std::function<CropBatch(std::size_t)>& make) {
  torch::NoGradGuard no_grad;
  for (auto& replica : replicas_) {
    replica->network->eval();
    replica->network->dropout().off();
    for (std::size_t i = 0; i < statistics_.size(); ++i) replica->statistics[i].copy_(statistics_[i]);
  }
  std::vector<Tally> scores(last - first);
  pool_->run(scores.size(), [&](std::size_t item, int worker) {
    torch::NoGradGuard no_grad_here;
    torch::Tensor loss_sum;
    scores[item] = forward(*replicas_[static_cast<std::size_t>(worker)], make(first + item), loss_sum, 0);
  });
  Tally mine;
  for (const auto& score : scores) mine.add(score);
  return mine;
}

}  // namespace cytoscale::learn
