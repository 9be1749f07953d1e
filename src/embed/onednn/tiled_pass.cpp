#include <algorithm>
#include <cmath>
#include <limits>

#include "core/bfloat16.hpp"
#include "embed/onednn/planned_pass_internal.hpp"

namespace cytoscale::embed::onednn {
namespace {

using dnnl::memory;

memory bytes(const dnnl::engine& engine, std::size_t size) {
  const auto padded = static_cast<memory::dim>(std::max<std::size_t>(size, 64));
  return {{{padded}, memory::data_type::u8, memory::format_tag::x}, engine};
}

float widened(float value) {
  return value;
}
float widened(std::uint16_t bits) {
  return from_bfloat16(bits);
}

// The largest |value|; infinite where one is no number.
template <class Value>
double largest_of(const Value* values, std::size_t count) {
  float largest = 0;
  bool numbers = true;
  for (std::size_t i = 0; i < count; ++i) {
    const float size = std::abs(widened(values[i]));
    numbers &= size == size;
    largest = std::max(largest, size);
  }
  return numbers ? largest : std::numeric_limits<double>::infinity();
}

// Means over the pixels of [height][width][channels], summed row by row.
template <class Value>
void mean(const Value* values, std::size_t height, std::size_t width, std::size_t channels, float* out) {
  std::vector<float> sums(channels, 0.F), row(channels);
  for (std::size_t y = 0; y < height; ++y) {
    std::fill(row.begin(), row.end(), 0.F);
    for (std::size_t x = 0; x < width; ++x, values += channels)
      for (std::size_t c = 0; c < channels; ++c) row[c] += widened(values[c]);
    for (std::size_t c = 0; c < channels; ++c) sums[c] += row[c];
  }
  const float share = 1.F / static_cast<float>(height * width);
  for (std::size_t c = 0; c < channels; ++c) out[c] = sums[c] * share;
}

}  // namespace

TiledPass::TiledPass(const PlannedPass& pass)
    : pass_(pass), stream_(pass.engine_), scratch_(bytes(pass.engine_, pass.scratch_bytes_)) {
  slots_.push_back(memory(pass.input_, pass.engine_));
  for (std::size_t i = 1; i < pass.slot_bytes_.size(); ++i)
    slots_.push_back(bytes(pass.engine_, pass.slot_bytes_[i]));
  const auto in_slot = [&](const memory::desc& form, std::size_t slot) {
    return memory(form, pass.engine_, slots_[slot].get_data_handle());
  };
  for (const auto& step : pass.steps_) {
    std::unordered_map<int, memory> arguments = {{DNNL_ARG_SRC, in_slot(step.source_form, step.source)},
                                                 {DNNL_ARG_DST, in_slot(step.form, step.destination)},
                                                 {DNNL_ARG_SCRATCHPAD, scratch_}};
    if (step.weights) {
      arguments[DNNL_ARG_WEIGHTS] = step.weights;
      arguments[DNNL_ARG_BIAS] = step.bias;
    }
    arguments_.push_back(std::move(arguments));
  }
  largest_.assign(pass.steps_.size() + 1, std::vector<double>(static_cast<std::size_t>(pass.tile_.pictures)));
}

// Empty places are left as they were: no picture changes another's features.
void TiledPass::take(std::size_t place, const float* picture) {
  const auto channels = static_cast<std::size_t>(pass_.tile_.channels), pixels = pass_.tile_.size.pixels(),
             values = channels * pixels;
  if (pass_.block_ > 0) {
    std::copy_n(picture, values, static_cast<float*>(slots_.front().get_data_handle()) + place * values);
    return;
  }
  auto* to = static_cast<std::uint16_t*>(slots_.front().get_data_handle()) + place * values;
  for (std::size_t pixel = 0; pixel < pixels; ++pixel)
    for (std::size_t c = 0; c < channels; ++c) *to++ = to_bfloat16(picture[c * pixels + pixel]);
}

// Whether what the step may add up, for each picture, is beyond all numbers; then what it has made.
void TiledPass::watch(std::size_t step, std::span<const TilePlace> places) {
  const auto& done = pass_.steps_[step];
  const auto dims = done.form.dims();
  const auto picture = static_cast<std::size_t>(dims[1] * dims[2] * dims[3]);
  const void* made = slots_[done.destination].get_data_handle();
  for (std::size_t n = 0; n < places.size(); ++n) {
    if (places[n].picture == nullptr) continue;
    const auto largest = [&](int operation) { return largest_[static_cast<std::size_t>(operation + 1)][n]; };
    const double bound =
        done.gain * largest(done.source_operation) + done.offset + (done.added < 0 ? 0 : largest(done.added));
    if (!(bound <= PlannedPass::largest_value)) lost_[n] = true;
    largest_[step + 1][n] = pass_.block_ > 0
                                ? largest_of(static_cast<const float*>(made) + n * picture, picture)
                                : largest_of(static_cast<const std::uint16_t*>(made) + n * picture, picture);
  }
}

void TiledPass::run(std::span<const TilePlace> places) {
  lost_.assign(places.size(), false);
  const auto picture = static_cast<std::size_t>(pass_.tile_.channels) * pass_.tile_.size.pixels();
  bool safe = true;
  for (std::size_t n = 0; n < places.size(); ++n) {
    if (places[n].picture == nullptr) continue;
    take(n, places[n].picture);
    largest_[0][n] = largest_of(places[n].picture, picture);
    safe = safe && largest_[0][n] <= pass_.safe_input_;
  }
  for (std::size_t i = 0; i < pass_.steps_.size(); ++i) {
    const auto& step = pass_.steps_[i];
    step.primitive.execute(stream_, arguments_[i]);
    stream_.wait();
    if (!safe) watch(i, places);
    for (const auto column : step.outputs_at) keep_means(step, column, places);
  }
  for (std::size_t n = 0; n < places.size(); ++n)
    if (lost_[n]) std::fill_n(places[n].features, pass_.features_, std::numeric_limits<float>::quiet_NaN());
}

void TiledPass::keep_means(const PlannedPass::Step& step, std::size_t column,
                           std::span<const TilePlace> places) const {
  const auto dims = step.form.dims();
  const auto channels = static_cast<std::size_t>(dims[1]), height = static_cast<std::size_t>(dims[2]),
             width = static_cast<std::size_t>(dims[3]), picture = channels * height * width;
  const void* made = slots_[step.destination].get_data_handle();
  for (std::size_t n = 0; n < places.size(); ++n) {
    if (places[n].picture == nullptr) continue;
    float* to = places[n].features + column;
    if (pass_.block_ == 0) {
      mean(static_cast<const std::uint16_t*>(made) + n * picture, height, width, channels, to);
      continue;
    }
    const auto* from = static_cast<const float*>(made) + n * picture;
    for (std::size_t first = 0; first < channels; first += pass_.block_)
      mean(from + first * height * width, height, width, pass_.block_, to + first);
  }
}

}  // namespace cytoscale::embed::onednn
