// Counter-based random numbers (Philox4x32-10; Salmon et al., SC 2011). A draw is a function of (seed,
// stream, position) alone, so that a sample does not depend on which rank or thread asks for it
// (docs/architecture.md, rule 7). The standard library's distributions differ between implementations; the
// ones here are fixed.
#pragma once
#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace cytoscale {

// One Philox4x32-10 block.
std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> counter,
                                        std::array<std::uint32_t, 2> key);

// Mixes any number of integers into one stream number, e.g. {epoch, cell} or {plate, well, site}.
std::uint64_t stream_of(std::initializer_list<std::uint64_t> parts);
// The same for a name (FNV-1a, 64 bits), to be one of the parts.
std::uint64_t stream_key(std::string_view name);

class Random {
 public:
  using result_type = std::uint32_t;
  Random(std::uint64_t seed, std::uint64_t stream);
  Random(std::uint64_t seed, std::initializer_list<std::uint64_t> parts) : Random(seed, stream_of(parts)) {}

  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return 0xffffffffu; }
  result_type operator()();

  std::uint64_t bits64();
  double uniform();                         // [0, 1), 53 bits
  double uniform(double low, double high);  // [low, high)
  std::uint64_t below(std::uint64_t n);     // {0, …, n-1}, unbiased; n > 0
  double normal();                          // N(0, 1), Box–Muller
  double normal(double mean, double sd) { return mean + sd * normal(); }
  std::uint64_t poisson(double mean);  // exact below 30, rounded normal above
  double gamma(double shape);          // Marsaglia–Tsang; shape > 0
  double beta(double a, double b);

 private:
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_;
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  double spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace cytoscale
