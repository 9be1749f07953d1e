#include "learn/optim/gradient_sums.hpp"

#include <algorithm>
#include <numeric>

namespace cytoscale::learn {

GradientSums::GradientSums(const mpi::Communicator& comm, std::size_t shards,
                           std::vector<std::size_t> bucket_values, std::function<void()> on_ready)
    : mine_(mpi::parts_of(shards, comm.rank(), comm.size())),
      subtrees_(mpi::subtrees_of(mine_)),
      offsets_(bucket_values.size() + 1, 0),
      on_ready_(std::move(on_ready)),
      arrays_(mine_.count),
      merged_(mine_.count) {
  std::partial_sum(bucket_values.begin(), bucket_values.end(), offsets_.begin() + 1);
  for (std::size_t b = 0; b < bucket_values.size(); ++b) {
    buckets_.push_back(std::make_unique<Bucket>());
    buckets_.back()->covered.resize(mine_.count);
    sums_.emplace_back(comm, shards, bucket_values[b], static_cast<int>(b));
  }
}

void GradientSums::begin() {
  for (auto& bucket : buckets_) {
    std::fill(bucket->covered.begin(), bucket->covered.end(), 0);
    bucket->finished = 0;
    bucket->ready = false;
  }
  for (auto& array : arrays_)
    if (array) free_.push_back(std::move(array));
  for (auto& count : merged_) count = 0;
  next_ = completed_ = 0;
}

std::span<float> GradientSums::array_of(std::size_t shard) {
  std::lock_guard lock(arrays_mutex_);
  auto& array = arrays_[shard - mine_.first];
  if (!array && !free_.empty()) {
    array = std::move(free_.back());
    free_.pop_back();
  }
  if (!array) array = std::make_unique_for_overwrite<float[]>(offsets_.back());
  return {array.get(), offsets_.back()};
}

std::span<float> GradientSums::part(std::size_t shard, std::size_t bucket) {
  return array_of(shard).subspan(offsets_[bucket], offsets_[bucket + 1] - offsets_[bucket]);
}

void GradientSums::release_if_merged(std::size_t shard) {
  if (++merged_[shard - mine_.first] < buckets()) return;
  std::lock_guard lock(arrays_mutex_);
  free_.push_back(std::move(arrays_[shard - mine_.first]));
}

// Climbs the tree from a shard's sum as long as its neighbor is there. Called with the bucket locked.
void GradientSums::merge(Bucket& bucket, std::size_t number, std::size_t shard) {
  std::size_t first = shard, count = 1;
  while (true) {
    const auto left = first / (2 * count) * (2 * count), right = left + count;
    const bool whole = left >= mine_.first && left + 2 * count <= mine_.first + mine_.count;
    bucket.covered[first - mine_.first] = count;
    if (!whole) {
      ++bucket.finished;
      return;
    }
    if (bucket.covered[left - mine_.first] != count || bucket.covered[right - mine_.first] != count) return;
    const auto sum = part(left, number), other = part(right, number);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += other[i];
    bucket.covered[right - mine_.first] = 0;
    release_if_merged(right);
    first = left;
    count *= 2;
  }
}

void GradientSums::complete(std::size_t shard, std::size_t number) {
  auto& bucket = *buckets_[number];
  {
    std::lock_guard lock(bucket.mutex);
    merge(bucket, number, shard);
    bucket.ready = bucket.finished == subtrees_.size();
    if (!bucket.ready) return;
  }
  if (on_ready_) on_ready_();
}

bool GradientSums::advance() {
  for (; next_ < buckets(); ++next_) {
    {
      std::lock_guard lock(buckets_[next_]->mutex);
      if (!buckets_[next_]->ready) break;
    }
    std::vector<std::span<float>> sums;
    for (const auto& subtree : subtrees_) sums.push_back(part(subtree.first, next_));
    sums_[next_].start(std::move(sums));
  }
  for (std::size_t b = completed_; b < next_; ++b) {
    const bool there = sums_[b].advance();
    if (there && b == completed_) ++completed_;
  }
  return completed_ == buckets();
}

std::span<float> GradientSums::result() {
  return array_of(mine_.first);
}

}  // namespace cytoscale::learn
