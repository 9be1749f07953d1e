#include "learn/batches.hpp"

#include "core/random.hpp"

namespace cytoscale {
namespace {

enum Stream : std::uint64_t { stream_augment = 0x4155 };

}  // namespace

BatchMaker::BatchMaker(const TrainingPlan& plan, const CellImages& images, const TrainOptions& options)
    : images_(images),
      sampler_(plan, options.seed, options.sample_replicates),
      seed_(options.seed),
      augment_(options.augment),
      crop_px_(options.crop_px),
      normalisation_(parse_crop_normalisation(options.crop_normalisation)),
      channels_(static_cast<int>(plan.channels.size())) {}

void BatchMaker::cut(const CellDraw& draw, const Warp& warp, CropBatch& batch) const {
  const auto size = static_cast<std::size_t>(channels_) * static_cast<std::size_t>(crop_px_) *
                    static_cast<std::size_t>(crop_px_);
  const std::span<float> out{batch.crops.data() + batch.count * size, size};
  images_.cut(*draw.cell, warp, crop_px_, out);
  normalise_crop(out, channels_, normalisation_);
  batch.labels.push_back(draw.label);
  ++batch.count;
}

CropBatch BatchMaker::training(std::int64_t step, std::size_t first, std::size_t last) const {
  CropBatch batch;
  batch.crops.resize((last - first) * static_cast<std::size_t>(channels_ * crop_px_ * crop_px_));
  for (std::size_t place = first; place < last; ++place) {
    Random random(seed_, {stream_augment, static_cast<std::uint64_t>(step), place});
    cut(sampler_.draw(step, static_cast<std::int64_t>(place)), draw_warp(random, augment_), batch);
  }
  return batch;
}

CropBatch BatchMaker::plain(std::span<const CellDraw> draws) const {
  CropBatch batch;
  batch.crops.resize(draws.size() * static_cast<std::size_t>(channels_ * crop_px_ * crop_px_));
  for (const auto& draw : draws) cut(draw, Warp{}, batch);
  return batch;
}

BatchQueue::BatchQueue(std::int64_t first, std::int64_t last, int threads,
                       std::function<CropBatch(std::int64_t)> make)
    : make_(std::move(make)), made_(first), taken_(first), last_(last), ahead_(2 * threads) {
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

BatchQueue::~BatchQueue() {
  {
    std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
}

void BatchQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stop_ || made_ >= last_ || made_ < taken_ + ahead_; });
    if (stop_ || made_ >= last_) return;
    const auto item = made_++;
    lock.unlock();
    CropBatch batch;
    std::exception_ptr failure;
    try {
      batch = make_(item);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure) failure_ = failure;
    ready_[item] = std::move(batch);
    changed_.notify_all();
  }
}

CropBatch BatchQueue::next() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return failure_ || ready_.contains(taken_); });
  if (failure_) std::rethrow_exception(failure_);
  auto batch = std::move(ready_.extract(taken_).mapped());
  ++taken_;
  changed_.notify_all();
  return batch;
}

}  // namespace cytoscale
