#include "core/random.hpp"

#include <cmath>
#include <numbers>

namespace cytoscale {
namespace {

std::uint64_t mix(std::uint64_t x) {  // splitmix64's finalizer
  x += 0x9e3779b97f4a7c15ull;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ull;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebull;
  return x ^ (x >> 31);
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = 0xD2511F53ull * c[0];
    const std::uint64_t b = 0xCD9E8D57ull * c[2];
    c = {static_cast<std::uint32_t>(b >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(b),
         static_cast<std::uint32_t>(a >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(a)};
    k[0] += 0x9E3779B9u;
    k[1] += 0xBB67AE85u;
  }
  return c;
}

std::uint64_t stream_of(std::initializer_list<std::uint64_t> parts) {
  std::uint64_t h = mix(parts.size());
  for (auto part : parts) h = mix(h ^ mix(part));
  return h;
}

Random::Random(std::uint64_t seed, std::uint64_t stream)
    : key_{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)},
      counter_{0, 0, static_cast<std::uint32_t>(stream), static_cast<std::uint32_t>(stream >> 32)} {}

Random::result_type Random::operator()() {
  if (used_ == 4) {
    block_ = philox4x32(counter_, key_);
    if (++counter_[0] == 0) ++counter_[1];
    used_ = 0;
  }
  return block_[used_++];
}

std::uint64_t Random::bits64() {
  const std::uint64_t high = (*this)();
  return high << 32 | (*this)();
}

double Random::uniform() {
  return static_cast<double>(bits64() >> 11) * 0x1p-53;
}
double Random::uniform(double low, double high) {
  return low + (high - low) * uniform();
}

std::uint64_t Random::below(std::uint64_t n) {
  const std::uint64_t limit = ~0ull - ~0ull % n;  // a multiple of n: reject what lies above
  std::uint64_t x = bits64();
  while (x >= limit) x = bits64();
  return x % n;
}

double Random::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));
  const double angle = 2 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::uint64_t Random::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean > 30) return static_cast<std::uint64_t>(std::max(0.0, std::round(normal(mean, std::sqrt(mean)))));
  const double floor = std::exp(-mean);
  std::uint64_t k = 0;
  for (double p = uniform(); p > floor; p *= uniform()) ++k;
  return k;
}

double Random::gamma(double shape) {
  if (shape < 1) return gamma(shape + 1) * std::pow(1 - uniform(), 1 / shape);
  const double d = shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
  while (true) {
    const double x = normal(), v = std::pow(1 + c * x, 3);
    if (v > 0 && std::log(1 - uniform()) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

double Random::beta(double a, double b) {
  const double x = gamma(a), y = gamma(b);
  return x + y > 0 ? x / (x + y) : (uniform() < a / (a + b) ? 1.0 : 0.0);
}

std::uint64_t stream_key(std::string_view name) {
  std::uint64_t state = 0xcbf29ce484222325ull;
  const auto mix = [&state](unsigned char byte) { state = (state ^ byte) * 0x100000001b3ull; };
  // The length first, in eight bytes, least significant first.
  for (int i = 0; i < 8; ++i)
    mix(static_cast<unsigned char>(static_cast<std::uint64_t>(name.size()) >> (8 * i)));
  for (const char each : name) mix(static_cast<unsigned char>(each));
  return state;
}

}  // namespace cytoscale
