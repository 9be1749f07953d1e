// Adds up the gradients of a step: a global batch is cut into shards, each shard's gradient is an array of
// all parameters, cut into buckets. Shards come from any thread in any order; a bucket is added up by the
// tree of mpi/ordered_sum.hpp as soon as two neighbors have it, and goes over the ranks as soon as all
// shards of this rank have it, while other buckets are still computed. So the result has the same bits for
// any number of ranks and threads.
#pragma once
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "mpi/communicator.hpp"
#include "mpi/ordered_sum.hpp"

namespace cytoscale::learn {

class GradientSums {
 public:
  // `shards` over all ranks, at least one a rank. on_ready is called, from any thread, when advance() has
  // something to do.
  GradientSums(const mpi::Communicator& comm, std::size_t shards, std::vector<std::size_t> bucket_values,
               std::function<void()> on_ready = {});

  std::size_t buckets() const { return offsets_.size() - 1; }
  std::size_t offset(std::size_t bucket) const { return offsets_[bucket]; }  // in a shard's array
  mpi::PartRange shards() const { return mine_; }                            // of this rank

  // Before each step, on the main thread.
  void begin();
  // The array for a shard's gradient, all buckets one after another; undefined values. From any thread.
  std::span<float> array_of(std::size_t shard);
  // The shard's bucket is complete in its array. From any thread, once for each shard of this rank and
  // bucket.
  void complete(std::size_t shard, std::size_t bucket);

  // Main thread: starts and moves on what can be; true when all sums are there. Collective: yes, over a step.
  bool advance();
  // Sums over all shards of all ranks, all buckets; until the next begin().
  std::span<float> result();
  // Buckets on their way over the ranks, or there, since begin().
  std::size_t started() const { return next_; }

 private:
  struct Bucket {
    std::mutex mutex;
    std::vector<std::size_t>
        covered;  // by shard of this rank: how many shards its sum covers; 0: not there or merged
    std::size_t finished = 0;  // subtrees complete
    bool ready = false;
  };
  void merge(Bucket& bucket, std::size_t number, std::size_t shard);
  std::span<float> part(std::size_t shard, std::size_t bucket);
  void release_if_merged(std::size_t shard);

  mpi::PartRange mine_;
  std::vector<mpi::PartRange> subtrees_;
  std::vector<std::size_t> offsets_;
  std::vector<std::unique_ptr<Bucket>> buckets_;
  std::vector<mpi::OrderedSum> sums_;
  std::function<void()> on_ready_;
  std::size_t next_ = 0;       // first bucket not started
  std::size_t completed_ = 0;  // first bucket whose sum is not there
  std::mutex arrays_mutex_;
  std::vector<std::unique_ptr<float[]>> free_;
  std::vector<std::unique_ptr<float[]>> arrays_;  // by shard of this rank
  std::vector<std::atomic<std::size_t>> merged_;  // by shard: buckets that went into its left neighbor
};

}  // namespace cytoscale::learn
