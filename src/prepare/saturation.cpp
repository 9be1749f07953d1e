#include "prepare/saturation.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "screen/plan.hpp"

namespace cytoscale::prepare {
namespace {

constexpr double least_pixels = 10;  // a lone brightest pixel may have any value

// [plate][channel], of one rank or of all.
struct Brightest {
  double value = 0, pixels = 0;
  void add(const Brightest& other) {
    if (other.value > value) *this = {other.value, 0};
    if (other.value == value) pixels += other.pixels;
  }
};

std::vector<Brightest> brightest_of(const mpi::Communicator& comm, const screen::PlateIndex& plate,
                                    std::size_t plates, std::size_t channels,
                                    const std::vector<store::FieldCells>& mine) {
  std::vector<Brightest> own(plates * channels);
  for (const auto& field : mine)
    for (std::size_t c = 0; c < field.brightest.size(); ++c)
      own[plate[field.field] * channels + c].add({field.brightest[c], field.brightest_pixels[c]});
  const auto all = comm.gather_all<Brightest>(own);
  std::vector<Brightest> joint(own.size());
  for (std::size_t i = 0; i < all.size(); ++i) joint[i % joint.size()].add(all[i]);
  return joint;
}

}  // namespace

bool is_ceiling(float value) {
  if (!(value >= 255 && value < 4294967296.0f) || value != std::floor(value)) return false;
  const auto whole = static_cast<std::uint64_t>(value);
  if (std::has_single_bit(whole + 1)) return true;
  for (int bits = 10; bits < 16; ++bits)
    if (whole == ((std::uint64_t(1) << bits) - 1) << (16 - bits)) return true;
  return false;
}

void apply_ceilings(const mpi::Communicator& comm, const screen::Screen& screen,
                    std::vector<store::FieldCells>& mine) {
  const screen::PlateIndex plate(screen);
  const auto channels = screen.channels.size();
  const auto ceiling = brightest_of(comm, plate, screen::plates_of(screen).size(), channels, mine);
  for (auto& field : mine) {
    for (std::size_t c = 0; c < field.brightest.size(); ++c) {
      const auto& of_plate = ceiling[plate[field.field] * channels + c];
      if (of_plate.pixels < least_pixels || !is_ceiling(static_cast<float>(of_plate.value))) continue;
      const double pixels = double(field.height) * field.width;
      const bool reached = field.brightest[c] == static_cast<float>(of_plate.value);
      field.saturated_fraction[c] = reached ? static_cast<float>(field.brightest_pixels[c] / pixels) : 0.0f;
    }
  }
}

}  // namespace cytoscale::prepare
