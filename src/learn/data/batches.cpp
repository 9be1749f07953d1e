#include "learn/data/batches.hpp"

#include "core/random.hpp"
#include "learn/augment/appearance.hpp"

namespace cytoscale::learn {
namespace {

enum Stream : std::uint64_t { stream_augment = 0x4155 };

}  // namespace

BatchMaker::BatchMaker(const TrainingPlan& plan, const CellImages& images, const TrainOptions& options,
                       image::PictureSize size, image::Rescaling rescaling)
    : plan_(plan),
      images_(images),
      sampler_(plan, options.seed, options.sample_replicates),
      regularizer_(make_regularizer(sampler_, options)),
      seed_(options.seed),
      augment_(options.augment),
      size_(size),
      rescaling_(std::move(rescaling)),
      channels_(static_cast<int>(plan.channels.size())),
      crop_values_(plan.channels.size() * size.pixels()) {}

DrawnCell BatchMaker::changed(const CellDraw& draw, Random& random) const {
  // A crop of a field lies anywhere in it; what is turned into view from beyond its edge is its mirror image.
  const bool over_fields = !plan_.field_sizes.empty();
  const auto field = over_fields ? plan_.field_sizes[draw.cell->field] : size_;
  DrawnCell drawn{
      draw.cell, draw_warp(random, augment_, {field.height - size_.height, field.width - size_.width}), {}};
  drawn.warp.mirrored = over_fields;
  drawn.appearances = draw_appearances(random, augment_, channels_);
  return drawn;
}

void BatchMaker::cut(const DrawnCell& drawn, std::span<float> out) const {
  images_.cut(*drawn.cell, drawn.warp, size_, out);
  if (!drawn.appearances.empty()) change_appearance(out, size_, drawn.appearances);
  image::normalize_crop(out, channels_, rescaling_);
}

DrawnBatch BatchMaker::drawn(std::int64_t step, std::size_t first, std::size_t last) const {
  DrawnBatch batch;
  const auto cells = regularizer_->cells_per_example();
  for (std::size_t place = first; place < last; ++place) {
    const auto draws = regularizer_->draw(step, static_cast<std::int64_t>(place));
    for (std::size_t k = 0; k < cells; ++k) {
      Random random(seed_, {stream_augment, static_cast<std::uint64_t>(step), place * cells + k});
      batch.cells.push_back(changed(draws[k], random));
    }
    regularizer_->describe(step, static_cast<std::int64_t>(place), draws, batch);
  }
  return batch;
}

DrawnBatch BatchMaker::drawn(std::span<const CellDraw> draws) const {
  DrawnBatch batch;
  batch.count = draws.size();
  batch.targets.resize(draws.size() * sampler_.labels());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    batch.cells.push_back({draws[i].cell, {}, {}});
    sampler_.add_target(draws[i], 1,
                        std::span(batch.targets).subspan(i * sampler_.labels(), sampler_.labels()));
  }
  return batch;
}

CropBatch BatchMaker::training(std::int64_t step, std::size_t first, std::size_t last) const {
  auto drawn = this->drawn(step, first, last);
  CropBatch batch;
  batch.count = drawn.count;
  batch.crops_per_example = regularizer_->crops_per_example();
  batch.targets = std::move(drawn.targets);
  const auto cells = regularizer_->cells_per_example();
  std::vector<float> crops(cells * crop_values_);
  for (std::size_t i = 0; i < drawn.count; ++i) {
    for (std::size_t k = 0; k < cells; ++k)
      cut(drawn.cells[i * cells + k], std::span(crops).subspan(k * crop_values_, crop_values_));
    regularizer_->compose(crops, size_, drawn.weights.empty() ? 1 : drawn.weights[i], batch);
  }
  return batch;
}

CropBatch BatchMaker::plain(std::span<const CellDraw> draws) const {
  auto drawn = this->drawn(draws);
  CropBatch batch;
  batch.count = drawn.count;
  batch.size = size_;
  batch.targets = std::move(drawn.targets);
  batch.crops.resize(drawn.count * crop_values_);
  for (std::size_t i = 0; i < drawn.count; ++i)
    cut(drawn.cells[i], std::span(batch.crops).subspan(i * crop_values_, crop_values_));
  return batch;
}

BatchQueue::BatchQueue(std::int64_t first, std::int64_t last, int threads,
                       std::function<CropBatch(std::int64_t)> make)
    : make_(std::move(make)),
      asked_(first),
      last_(last),
      ahead_(2 * static_cast<std::size_t>(threads)),
      queue_(threads) {}

CropBatch BatchQueue::next() {
  for (; asked_ < last_ && queue_.asked() < ahead_; ++asked_)
    queue_.ask([this, item = asked_](Claim& claim) {
      claim.keep();
      return make_(item);
    });
  return *queue_.take({});
}

}  // namespace cytoscale::learn
