#include "localize/localize_field.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "image/filter/gaussian_blur.hpp"

namespace cytoscale::localize {
namespace {

void in_range(double value, double low, double high, const std::string& option) {
  if (value >= low && value <= high) return;
  throw Error("must be from " + std::to_string(low) + " to " + std::to_string(high), option);
}

// Of each pixel: how much likelier its brightness is among the pixels of the mask than among the others, as a
// log; from histograms, to each of which one pixel is added, spread over all bins.
std::vector<float> brightness_odds(const image::Plane& guide, std::span<const std::uint8_t> mask) {
  constexpr int bins = 64;
  auto values = guide.pixels;
  const float low = quantile(values, 0.001), high = quantile(values, 0.999);
  const auto bin_of = [&](float value) {
    const float at = (value - low) / std::max(high - low, 1e-20f) * bins;
    return static_cast<std::size_t>(std::clamp(at, 0.0f, bins - 1.0f));
  };
  std::array<std::array<double, bins>, 2> counts;
  for (auto& side : counts) side.fill(1.0 / bins);
  std::array<double, 2> total{1, 1};
  for (std::size_t i = 0; i < mask.size(); ++i) {
    counts[mask[i]][bin_of(guide.pixels[i])] += 1;
    total[mask[i]] += 1;
  }
  std::vector<float> odds;
  for (const float value : guide.pixels) {
    const auto bin = bin_of(value);
    odds.push_back(static_cast<float>(std::log(counts[1][bin] / total[1] * total[0] / counts[0][bin])));
  }
  return odds;
}

std::vector<std::uint8_t> denoised_mask(const image::Plane& map, const image::Plane& guide,
                                        const LocalizeOptions& options) {
  auto values = map.pixels;
  const auto least = static_cast<float>(options.threshold) * quantile(values, 0.99);
  const auto odds = static_cast<float>(std::log(options.confidence / (1 - options.confidence)));
  std::vector<std::uint8_t> mask;
  for (const float value : map.pixels) mask.push_back(value > 0 && value >= least);
  std::vector<float> log_odds;
  for (const auto above : mask) log_odds.push_back(above ? odds : -odds);
  const bool any = std::find(mask.begin(), mask.end(), 1) != mask.end();
  if (options.brightness > 0 && any) {
    const auto looks = brightness_odds(guide, mask);
    for (std::size_t i = 0; i < looks.size(); ++i)
      log_odds[i] += static_cast<float>(options.brightness) * looks[i];
  }
  const auto beliefs = propagate_beliefs(log_odds, guide.pixels, {map.height, map.width}, options.mrf);
  std::transform(beliefs.begin(), beliefs.end(), mask.begin(), [](float belief) { return belief > 0.5f; });
  return mask;
}

}  // namespace

void LocalizeOptions::validate() const {
  in_range(smoothing_px, 0, 1000, "--evidence-smoothing");
  in_range(threshold, 0, 1, "--evidence-threshold");
  in_range(peak_distance_px, 0, 10000, "--peak-distance");
  in_range(extent, 0, 1, "--peak-extent");
  in_range(reach_px, 0, 10000, "--peak-reach");
  in_range(confidence, 0.5, 0.999999, "--mrf-confidence");
  in_range(brightness, 0, 100, "--mrf-brightness");
  in_range(min_area_px, 0, 1e9, "--min-region-area");
  mrf.validate();
}

Regions localize(const image::Plane& evidence, const image::Plane& guide, const LocalizeOptions& options) {
  const auto map = image::gaussian_blur(evidence, options.smoothing_px);
  const float highest = *std::max_element(map.pixels.begin(), map.pixels.end());
  if (options.mask == MaskKind::mrf)
    return at_least(regions_of_mask(map, denoised_mask(map, guide, options)), options.min_area_px);
  const auto peaks =
      find_peaks(map, options.peak_distance_px, static_cast<float>(options.threshold) * highest);
  return at_least(regions_of_peaks(map, peaks, options.extent, options.reach_px), options.min_area_px);
}

}  // namespace cytoscale::localize
