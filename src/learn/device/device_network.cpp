#include "learn/device/device_network_torch.hpp"

#include <algorithm>
#include <numeric>

namespace cytoscale::learn {
namespace {

void for_each_place(const std::vector<torch::Tensor>& tensors, const auto& work) {
  std::int64_t offset = 0;
  for (const auto& tensor : tensors) {
    work(tensor, offset);
    offset += tensor.numel();
  }
}

std::int64_t values_of(const std::vector<torch::Tensor>& tensors) {
  std::int64_t values = 0;
  for (const auto& tensor : tensors) values += tensor.numel();
  return values;
}

}  // namespace

DeviceNetwork::DeviceNetwork(network::DeviceLane& lane, const network::NetworkSpec& spec, int labels,
                             const Regularizer& regularizer, const TrainOptions& options)
    : lane_(lane),
      regularizer_(regularizer),
      options_(options),
      type_(network::computing_type(options.precision)),
      master_(network::make_network(spec)),
      network_(network::make_network(spec)),
      master_head_(regularizer.make_head(spec, labels)),
      head_(regularizer.make_head(spec, labels)),
      layout_(lay_out(named_parameters_of(*master_, master_head_.get()))),
      bucket_values_(layout_.bucket_values),
      learns_statistics_(options.batch_norm != network::NormMode::frozen && !master_->statistics().empty()) {
  network::set_computing(options.precision, options.reproducible);
  const auto entered = lane_.enter();
  network_->to(lane_.device());
  if (head_) head_->to(lane_.device());
  auto& norms = network_->norms();
  norms.mode = options.batch_norm;
  norms.momentum = 1;  // what the batch showed, for keep_statistics()
  buffers_ = network_->statistics();
  const auto values = static_cast<std::int64_t>(layout_.values), statistics = values_of(buffers_);
  const auto on_device = torch::TensorOptions(torch::kFloat32).device(lane_.device());
  parameters_ = torch::zeros({values}, on_device);
  sums_ = torch::zeros({values + statistics + 2}, on_device);
  statistics_ = torch::zeros({statistics}, on_device);
  bucket_values_.push_back(static_cast<std::size_t>(statistics + 2));
  const auto named = named_parameters_of(*network_, head_.get());
  for (std::size_t i = 0; i < named.size(); ++i) {
    auto parameter = named[i].second;
    const auto& place = layout_.tensors[i];
    parameter.set_data(
        parameters_
            .narrow(0, static_cast<std::int64_t>(place.offset), static_cast<std::int64_t>(place.values))
            .view(place.shape));
    parameter.register_hook([this, i](torch::Tensor gradient) { take(i, gradient); });
    leaves_.push_back(parameter);
  }
}

void DeviceNetwork::load() {
  const auto named = named_parameters_of(*master_, master_head_.get());
  const auto parameters = lane_.buffer(parameters_.sizes(), torch::kFloat32),
             statistics = lane_.buffer(statistics_.sizes(), torch::kFloat32);
  for (std::size_t i = 0; i < named.size(); ++i)
    std::copy_n(named[i].second.data_ptr<float>(), layout_.tensors[i].values,
                parameters.values.data_ptr<float>() + layout_.tensors[i].offset);
  for_each_place(master_->statistics(), [&](const torch::Tensor& tensor, std::int64_t offset) {
    std::copy_n(tensor.data_ptr<float>(), tensor.numel(), statistics.values.data_ptr<float>() + offset);
  });
  torch::NoGradGuard no_grad;
  lane_.upload(parameters, parameters_);
  lane_.upload(statistics, statistics_);
  set_statistics();
  steps_ = 0;
}

void DeviceNetwork::store() {
  const auto parameters = lane_.download(parameters_), statistics = lane_.download(statistics_);
  const auto named = named_parameters_of(*master_, master_head_.get());
  torch::NoGradGuard no_grad;
  for (std::size_t i = 0; i < named.size(); ++i)
    std::copy_n(parameters->wait().data_ptr<float>() + layout_.tensors[i].offset, layout_.tensors[i].values,
                named[i].second.data_ptr<float>());
  for_each_place(master_->statistics(), [&](const torch::Tensor& tensor, std::int64_t offset) {
    std::copy_n(statistics->wait().data_ptr<float>() + offset, tensor.numel(), tensor.data_ptr<float>());
  });
  if (learns_statistics_)
    for (auto& buffer : master_->buffers())
      if (!buffer.is_floating_point()) buffer += steps_;
  steps_ = 0;
}

std::vector<torch::Tensor> DeviceNetwork::state() const {
  return {parameters_, statistics_};
}

void DeviceNetwork::set_shards(const std::vector<std::int64_t>& examples) {
  auto& shards = network_->norms().shards;
  shards = examples;
  for (auto& shard : shards) shard *= static_cast<std::int64_t>(regularizer_.crops_per_example());
}

// Dropout, of networks over fields, draws from a generator of the host's.
bool DeviceNetwork::can_be_recorded() const {
  return !network::is_field_network(network_->spec().architecture);
}

void DeviceNetwork::begin_step(std::uint64_t dropout_seed) {
  ++steps_;
  network_->train();
  if (options_.dropout && !can_be_recorded()) network_->dropout().seed(dropout_seed, lane_.device());
}

torch::Tensor DeviceNetwork::input_of(const torch::Tensor& crops) const {
  const bool plain = lane_.device().is_cpu() && type_ == torch::kFloat32;
  return crops.to(type_).contiguous(plain ? torch::MemoryFormat::Contiguous
                                          : torch::MemoryFormat::ChannelsLast);
}

// A gradient as backward finds it; on a GPU from a thread of LibTorch's own.
void DeviceNetwork::take(std::size_t parameter, const torch::Tensor& gradient) {
  torch::NoGradGuard no_grad;
  const auto& place = layout_.tensors[parameter];
  sums_.narrow(0, static_cast<std::int64_t>(place.offset), static_cast<std::int64_t>(place.values))
      .view(place.shape)
      .copy_(gradient);
  --waiting_[layout_.bucket_of[parameter]];
  for (; next_bucket_ < waiting_.size() && waiting_[next_bucket_] == 0; ++next_bucket_)
    if (on_bucket_) on_bucket_(next_bucket_);
}

void DeviceNetwork::make_gradient(const ExampleTensors& examples, double smoothing) {
  {
    torch::NoGradGuard no_grad;
    sums_.zero_();  // of parameters that get no gradient
  }
  waiting_ = layout_.in_bucket;
  next_bucket_ = 0;
  for (auto& parameter : leaves_) parameter.mutable_grad() = torch::Tensor();
  auto seen = examples;
  seen.crops = input_of(examples.crops);
  const auto outcome = regularizer_.outcome(*network_, head_.get(), seen, smoothing);
  (outcome.loss_sum / static_cast<double>(options_.batch_size)).backward();
  torch::NoGradGuard no_grad;
  const double share = static_cast<double>(examples.targets.size(0)) / options_.batch_size;
  const auto values = parameters_.numel();
  for_each_place(buffers_, [&](const torch::Tensor& tensor, std::int64_t offset) {
    sums_.narrow(0, values + offset, tensor.numel()).copy_(tensor.flatten()).mul_(share);
  });
  score().copy_(torch::stack({outcome.loss_sum.detach(), outcome.correct_sum.to(torch::kFloat32)}));
  for (; on_bucket_ && next_bucket_ < bucket_values_.size(); ++next_bucket_) on_bucket_(next_bucket_);
}

torch::Tensor DeviceNetwork::statistics_seen() const {
  return sums_.narrow(0, parameters_.numel(), statistics_.numel());
}

void DeviceNetwork::keep_statistics() {
  if (learns_statistics_) statistics_.mul_(0.9).add_(statistics_seen(), 0.1);
}

void DeviceNetwork::set_statistics() {
  for_each_place(buffers_, [&](const torch::Tensor& tensor, std::int64_t offset) {
    tensor.copy_(statistics_.narrow(0, offset, tensor.numel()).view(tensor.sizes()));
  });
}

void DeviceNetwork::begin_judging() {
  torch::NoGradGuard no_grad;
  network_->eval();
  network_->dropout().off();
  set_statistics();
}

torch::Tensor DeviceNetwork::judge(const ExampleTensors& examples) {
  torch::NoGradGuard no_grad;
  auto seen = examples;
  seen.crops = input_of(examples.crops);
  const auto outcome = regularizer_.outcome(*network_, head_.get(), seen, 0);
  return torch::stack({outcome.loss_sum, outcome.correct_sum.to(torch::kFloat32)});
}

}  // namespace cytoscale::learn
