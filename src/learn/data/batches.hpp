// Batches of crops, made ahead on threads while the network computes.
#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/threads/task_queue.hpp"
#include "image/crop/crop.hpp"
#include "learn/augment/augment.hpp"
#include "learn/augment/regularizer.hpp"
#include "learn/data/cell_images.hpp"
#include "learn/data/crop_batch.hpp"
#include "learn/data/sampler.hpp"
#include "learn/run/train_options.hpp"

namespace cytoscale::learn {

// Makes the batches of a training run; any thread may ask.
class BatchMaker {
 public:
  // Plan and images must outlive it. size: of a crop.
  BatchMaker(const TrainingPlan& plan, const CellImages& images, const TrainOptions& options,
             image::PictureSize size, image::Rescaling rescaling);
  const Regularizer& regularizer() const { return *regularizer_; }
  const CellImages& images() const { return images_; }
  image::PictureSize size() const { return size_; }
  const image::Rescaling& rescaling() const { return rescaling_; }
  // Examples [first, last) of the global batch of a step, augmented; random numbers from (seed, step, place).
  CropBatch training(std::int64_t step, std::size_t first, std::size_t last) const;
  // The given cells as they are, an example each.
  CropBatch plain(std::span<const CellDraw> draws) const;
  // The same before there are pixels.
  DrawnBatch drawn(std::int64_t step, std::size_t first, std::size_t last) const;
  DrawnBatch drawn(std::span<const CellDraw> draws) const;

 private:
  DrawnCell changed(const CellDraw& draw, Random& random) const;
  void cut(const DrawnCell& drawn, std::span<float> out) const;
  const TrainingPlan& plan_;
  const CellImages& images_;
  CellSampler sampler_;
  std::unique_ptr<Regularizer> regularizer_;
  std::uint64_t seed_;
  AugmentOptions augment_;
  image::PictureSize size_;
  image::Rescaling rescaling_;
  int channels_;
  std::size_t crop_values_;
};

// Hands out make(first), make(first+1), …, make(last-1) in this order; `threads` threads work ahead, at most
// two items each.
class BatchQueue {
 public:
  BatchQueue(std::int64_t first, std::int64_t last, int threads, std::function<CropBatch(std::int64_t)> make);
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;
  CropBatch next();  // rethrows what make() threw

 private:
  std::function<CropBatch(std::int64_t)> make_;
  std::int64_t asked_, last_;
  std::size_t ahead_;
  TaskQueue<CropBatch> queue_;  // its threads end before what they use goes
};

}  // namespace cytoscale::learn
