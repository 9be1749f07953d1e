// Batches of crops, made ahead on threads while the network computes.
#pragma once
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <thread>
#include <vector>

#include "image/crop.hpp"
#include "learn/augment.hpp"
#include "learn/cell_images.hpp"
#include "learn/sampler.hpp"
#include "learn/train_options.hpp"

namespace cytoscale {

struct CropBatch {
  std::size_t count = 0;
  std::vector<float> crops;          // [count][C][S][S]
  std::vector<std::int64_t> labels;  // [count]
};

// Makes the batches of a training run; any thread may ask.
class BatchMaker {
 public:
  BatchMaker(const TrainingPlan& plan, const CellImages& images, const TrainOptions& options);
  // Places [first, last) of the global batch of a step, augmented; random numbers from (seed, step, place).
  CropBatch training(std::int64_t step, std::size_t first, std::size_t last) const;
  // The given cells as they are.
  CropBatch plain(std::span<const CellDraw> draws) const;

 private:
  void cut(const CellDraw& draw, const Warp& warp, CropBatch& batch) const;
  const CellImages& images_;
  CellSampler sampler_;
  std::uint64_t seed_;
  AugmentOptions augment_;
  int crop_px_;
  CropNormalisation normalisation_;
  int channels_;
};

// Hands out make(first), make(first+1), …, make(last-1) in this order; `threads` threads work ahead, at most
// two items each.
class BatchQueue {
 public:
  BatchQueue(std::int64_t first, std::int64_t last, int threads, std::function<CropBatch(std::int64_t)> make);
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;
  CropBatch next();  // rethrows what make() threw

 private:
  void work();
  std::function<CropBatch(std::int64_t)> make_;
  std::int64_t made_, taken_, last_, ahead_;
  std::map<std::int64_t, CropBatch> ready_;
  std::exception_ptr failure_;
  bool stop_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::jthread> threads_;
};

}  // namespace cytoscale
