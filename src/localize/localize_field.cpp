#include "localize/localize_field.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "image/gaussian_blur.hpp"
#include "image/levels.hpp"

namespace cytoscale {
namespace {

void in_range(double value, double low, double high, const std::string& option) {
  if (value >= low && value <= high) return;
  throw Error("must be from " + std::to_string(low) + " to " + std::to_string(high), option);
}

std::vector<std::uint8_t> denoised_mask(const Plane& map, const Plane& guide,
                                        const LocalizeOptions& options) {
  auto values = map.pixels;
  const auto least = static_cast<float>(options.threshold) * quantile(values, 0.99);
  const auto odds = static_cast<float>(std::log(options.confidence / (1 - options.confidence)));
  std::vector<float> log_odds;
  for (const float value : map.pixels) log_odds.push_back(value > 0 && value >= least ? odds : -odds);
  const auto beliefs = propagate_beliefs(log_odds, guide.pixels, {map.height, map.width}, options.mrf);
  std::vector<std::uint8_t> mask;
  for (const float belief : beliefs) mask.push_back(belief > 0.5f);
  return mask;
}

}  // namespace

void LocalizeOptions::validate() const {
  if (mask != "peaks" && mask != "mrf")
    throw Error("unknown choice '" + mask + "'", "option --mask", "Choose from: peaks, mrf");
  in_range(smoothing_px, 0, 1000, "--evidence-smoothing");
  in_range(threshold, 0, 1, "--evidence-threshold");
  in_range(peak_distance_px, 0, 10000, "--peak-distance");
  in_range(extent, 0, 1, "--peak-extent");
  in_range(reach_px, 0, 10000, "--peak-reach");
  in_range(confidence, 0.5, 0.999999, "--mrf-confidence");
  in_range(min_area_px, 0, 1e9, "--min-region-area");
  mrf.validate();
}

Regions localize(const Plane& evidence, const Plane& guide, const LocalizeOptions& options) {
  const auto map = gaussian_blur(evidence, options.smoothing_px);
  const float highest = *std::max_element(map.pixels.begin(), map.pixels.end());
  if (options.mask == "mrf")
    return at_least(regions_of_mask(map, denoised_mask(map, guide, options)), options.min_area_px);
  const auto peaks =
      find_peaks(map, options.peak_distance_px, static_cast<float>(options.threshold) * highest);
  return at_least(regions_of_peaks(map, peaks, options.extent, options.reach_px), options.min_area_px);
}

}  // namespace cytoscale
