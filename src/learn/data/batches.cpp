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

void BatchMaker::cut(const CellDraw& draw, std::span<float> out) const {
  images_.cut(*draw.cell, Warp{}, size_, out);
  image::normalize_crop(out, channels_, rescaling_);
}

void BatchMaker::cut(const CellDraw& draw, Random& random, std::span<float> out) const {
  // A crop of a field lies anywhere in it; what is turned into view from beyond its edge is its mirror image.
  const bool over_fields = !plan_.field_sizes.empty();
  const auto field = over_fields ? plan_.field_sizes[draw.cell->field] : size_;
  auto warp = draw_warp(random, augment_, {field.height - size_.height, field.width - size_.width});
  warp.mirrored = over_fields;
  images_.cut(*draw.cell, warp, size_, out);
  change_appearance(out, size_, draw_appearances(random, augment_, channels_));
  image::normalize_crop(out, channels_, rescaling_);
}

CropBatch BatchMaker::training(std::int64_t step, std::size_t first, std::size_t last) const {
  CropBatch batch;
  const auto cells = regularizer_->cells_per_example();
  std::vector<float> crops(cells * crop_values_);
  for (std::size_t place = first; place < last; ++place) {
    const auto draws = regularizer_->draw(step, static_cast<std::int64_t>(place));
    for (std::size_t k = 0; k < cells; ++k) {
      Random random(seed_, {stream_augment, static_cast<std::uint64_t>(step), place * cells + k});
      cut(draws[k], random, std::span(crops).subspan(k * crop_values_, crop_values_));
    }
    regularizer_->compose(step, static_cast<std::int64_t>(place), draws, crops, size_, batch);
  }
  return batch;
}

CropBatch BatchMaker::plain(std::span<const CellDraw> draws) const {
  CropBatch batch;
  batch.count = draws.size();
  batch.size = size_;
  batch.crops.resize(draws.size() * crop_values_);
  batch.targets.resize(draws.size() * sampler_.labels());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    cut(draws[i], std::span(batch.crops).subspan(i * crop_values_, crop_values_));
    sampler_.add_target(draws[i], 1,
                        std::span(batch.targets).subspan(i * sampler_.labels(), sampler_.labels()));
  }
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
