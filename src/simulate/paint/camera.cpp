#include "simulate/paint/camera.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "image/filter/gaussian_blur.hpp"

namespace cytoscale::simulate {
namespace {

constexpr std::uint64_t noise_stream = 601;
constexpr float gray_per_photon = 12;

// The signal that a detector sees through the filter of channel `to`.
image::Plane mix(const std::vector<std::vector<float>>& planes, int side, const Optics& optics,
                 std::size_t to) {
  const std::size_t channels = planes.size();
  image::Plane light(side, side);
  for (std::size_t from = 0; from < channels; ++from) {
    const double share = (from == to ? 1.0 : optics.bleed[to * channels + from]) * optics.gain[from];
    if (share == 0) continue;
    const auto weight = static_cast<float>(share);
    for (std::size_t i = 0; i < light.pixels.size(); ++i) light.pixels[i] += weight * planes[from][i];
  }
  return light;
}

void shade(image::Plane& light, const Shading& s, float background) {
  const int side = light.width;
  for (int y = 0; y < side; ++y) {
    const double v = (2.0 * y + 1) / side - 1;
    for (int x = 0; x < side; ++x) {
      const double u = (2.0 * x + 1) / side - 1;
      const double dy = v - s.center_y, dx = u - s.center_x;
      const double through =
          std::max(0.1, 1 - 0.5 * s.loss * (dy * dy + dx * dx) + 0.5 * (s.tilt_y * v + s.tilt_x * u));
      float& value = light.at(y, x);
      value = (value + background) * static_cast<float>(through);
    }
  }
}

// Two normal numbers from one Philox block: sums of four 16-bit uniforms have variance 1/3.
struct NormalPair {
  float first, second;
};
NormalPair normal_pair(std::uint32_t counter, std::uint64_t stream, std::uint64_t seed) {
  const auto word =
      philox4x32({counter, 0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)},
                 {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  const auto sum = [](std::uint32_t a, std::uint32_t b) {
    const auto total = static_cast<float>((a & 0xffff) + (a >> 16) + (b & 0xffff) + (b >> 16));
    return (total / 65536.0f - 2.0f) * 1.7320508f;
  };
  return {sum(word[0], word[1]), sum(word[2], word[3])};
}

std::vector<std::uint16_t> expose(const std::vector<float>& light, const Optics& optics, std::uint64_t seed,
                                  std::uint64_t stream) {
  std::vector<std::uint16_t> gray(light.size());
  const auto photons_per_light = static_cast<float>(optics.photons);
  const auto read_variance = static_cast<float>(optics.read_noise * optics.read_noise);
  const auto offset = static_cast<float>(optics.offset);
  const auto level = [&](float value, float noise) {
    const float photons = std::max(0.0f, value * photons_per_light);
    const float seen = photons + noise * std::sqrt(photons + read_variance);
    return static_cast<std::uint16_t>(std::clamp(offset + gray_per_photon * seen + 0.5f, 0.0f, 65535.0f));
  };
  for (std::size_t i = 0; i < light.size(); i += 2) {
    const NormalPair noise = normal_pair(static_cast<std::uint32_t>(i / 2), stream, seed);
    gray[i] = level(light[i], noise.first);
    if (i + 1 < light.size()) gray[i + 1] = level(light[i + 1], noise.second);
  }
  return gray;
}

}  // namespace

std::vector<std::vector<std::uint16_t>> render_camera_image(const std::vector<std::vector<float>>& planes,
                                                            int side, const Optics& optics,
                                                            const FieldKey& key) {
  std::vector<std::vector<std::uint16_t>> pictures;
  for (std::size_t c = 0; c < planes.size(); ++c) {
    image::Plane light = image::gaussian_blur(mix(planes, side, optics, c), optics.blur_px[c]);
    shade(light, optics.shading[c], static_cast<float>(optics.background[c]));
    const std::uint64_t stream = stream_of({noise_stream, key.plate, key.position, key.site, c});
    pictures.push_back(expose(light.pixels, optics, key.seed, stream));
  }
  return pictures;
}

}  // namespace cytoscale::simulate
