#include "learn/optim/batch_sums_torch.hpp"

namespace cytoscale::learn {

BatchSums::BatchSums(const mpi::Communicator& comm, std::size_t shards,
                     const std::vector<std::size_t>& bucket_values, std::function<void()> on_ready)
    : bucket_values_(bucket_values), host_(comm, shards, bucket_values, std::move(on_ready)) {}

void BatchSums::connect(const mpi::Communicator& comm, const torch::Device& device) {
  device_ = make_device_sums(comm, device, bucket_values_);
  if (device_) device_result_.resize(offset(buckets()));
}

void BatchSums::begin() {
  host_.begin();
  if (device_) device_->begin();
}

void BatchSums::put(std::size_t shard, std::size_t offset, const torch::Tensor& values) {
  if (device_)
    device_->add(offset, values);
  else
    torch::from_blob(host_.array_of(shard).data() + offset, values.sizes()).copy_(values);
}

void BatchSums::complete(std::size_t shard, std::size_t bucket) {
  if (!device_)
    host_.complete(shard, bucket);
  else if (shard + 1 == shards().first + shards().count)
    device_->complete(bucket);
}

void BatchSums::finish() {
  if (device_) device_->finish(device_result_);
}

std::span<const float> BatchSums::result() {
  return device_ ? std::span<const float>(device_result_) : host_.result();
}

}  // namespace cytoscale::learn
