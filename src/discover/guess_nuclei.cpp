#include "discover/guess_nuclei.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "image/io/read_image.hpp"

namespace cytoscale::discover {
namespace {

constexpr std::size_t fields_looked_at = 4;
constexpr std::size_t least_objects = 5;
constexpr float stands_out = 1.15f;  // times the next

// Of the pixels' light above the background, how much is inside of the objects.
double light_inside(const image::Plane& plane, const image::Segmentation& objects) {
  std::vector<float> outside;
  for (std::size_t i = 0; i < plane.pixels.size(); ++i)
    if (objects.labels[i] == 0) outside.push_back(plane.pixels[i]);
  if (outside.empty()) return 0;
  const double background = quantile(outside, 0.1);
  double inside = 0, all = 0;
  for (std::size_t i = 0; i < plane.pixels.size(); ++i) {
    const double light = std::max(0.0, plane.pixels[i] - background);
    all += light;
    if (objects.labels[i] != 0) inside += light;
  }
  return all > 0 ? inside / all : 0;
}

}  // namespace

double likeness_to_nuclei(const image::Plane& plane, const image::Segmentation& objects) {
  std::vector<float> areas, roundness;
  for (const auto& object : objects.nuclei) {
    if (object.border) continue;
    areas.push_back(object.area_px);
    roundness.push_back(std::sqrt(1 - object.eccentricity * object.eccentricity));
  }
  if (areas.size() < least_objects) return 0;
  const double spread = double(quantile(areas, 0.75) - quantile(areas, 0.25)) / quantile(areas, 0.5);
  return light_inside(plane, objects) * quantile(roundness, 0.5) / (1 + spread);
}

std::optional<std::string> guess_nuclei(const screen::Screen& screen) {
  std::set<std::size_t> fields;
  for (std::size_t i = 0; i < fields_looked_at; ++i)
    fields.insert((2 * i + 1) * screen.fields.size() / (2 * fields_looked_at));
  std::vector<std::pair<float, std::string>> channels;
  for (std::size_t c = 0; c < screen.channels.size(); ++c) {
    std::vector<float> seen;
    for (const auto field : fields) {
      try {
        const auto plane = image::to_float(image::read_raw(screen.fields[field].images[c]));
        seen.push_back(static_cast<float>(likeness_to_nuclei(plane, image::segment_nuclei(plane, {}))));
      } catch (const Error&) {
        continue;  // check names the files that cannot be read
      }
    }
    channels.emplace_back(seen.empty() ? 0 : quantile(seen, 0.5), screen.channels[c]);
  }
  if (channels.size() < 2) return std::nullopt;
  std::ranges::sort(channels, std::greater());
  if (channels[0].first <= 0 || channels[0].first < stands_out * channels[1].first) return std::nullopt;
  return channels[0].second;
}

}  // namespace cytoscale::discover
