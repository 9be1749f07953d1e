// The channel of the nuclei by what planes look like.
#include "discover/guess_nuclei.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/random.hpp"
#include "image/io/tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::discover {
namespace {

constexpr int side = 200;

// Round nuclei; of cells: each with a wide, uneven body of its own shape around them; of neither: noise.
enum class Shown { nuclei, cells, noise };

std::vector<std::uint16_t> paint(Shown shown, std::uint64_t seed) {
  Random random(seed, {1});
  std::vector<double> plane(side * side, 200);
  for (int k = 0; k < 16 && shown != Shown::noise; ++k) {
    const double y = 25 + 50 * (k / 4) + random.uniform(-6, 6), x = 25 + 50 * (k % 4) + random.uniform(-6, 6);
    const bool cells = shown == Shown::cells;
    const double ry = cells ? random.uniform(6, 22) : 7, rx = cells ? random.uniform(6, 22) : 7;
    for (int i = 0; i < side * side; ++i) {
      const double v = (i / side - y) / ry, u = (i % side - x) / rx;
      plane[static_cast<std::size_t>(i)] +=
          cells ? 600 * std::exp(-(v * v + u * u)) : 2000 / (1 + std::exp(12 * (std::hypot(v, u) - 1)));
    }
  }
  std::vector<std::uint16_t> pixels;
  for (const double value : plane)
    pixels.push_back(static_cast<std::uint16_t>(std::max(0.0, value + 10 * random.normal())));
  return pixels;
}

screen::Screen screen_of(const std::string& name, const std::vector<Shown>& channels) {
  const auto folder = fresh_folder(name);
  screen::Screen screen;
  for (std::size_t c = 0; c < channels.size(); ++c) screen.channels.push_back("w" + std::to_string(c + 1));
  for (std::size_t f = 0; f < 6; ++f) {
    screen::Field field{"P", "A01", std::to_string(f + 1), {}, {}};
    for (std::size_t c = 0; c < channels.size(); ++c) {
      field.images.push_back({folder / (std::to_string(f) + "_" + std::to_string(c) + ".tif"), 0});
      image::write_tiff(field.images[c].path, side, side, paint(channels[c], 7 * f + c));
    }
    screen.fields.push_back(field);
  }
  return screen;
}

TEST(GuessNuclei, RoundObjectsThatHoldTheLight) {
  EXPECT_EQ(guess_nuclei(screen_of("nuclei_last", {Shown::cells, Shown::noise, Shown::nuclei})), "w3");
  EXPECT_EQ(guess_nuclei(screen_of("nuclei_first", {Shown::nuclei, Shown::cells})), "w1");
}

TEST(GuessNuclei, WhereNoneOrTwoLookSoNoneIsTaken) {
  EXPECT_EQ(guess_nuclei(screen_of("nuclei_none", {Shown::noise, Shown::noise})), std::nullopt);
  EXPECT_EQ(guess_nuclei(screen_of("nuclei_two", {Shown::nuclei, Shown::nuclei})), std::nullopt);
}

TEST(GuessNuclei, FieldsThatCannotBeReadAreLeftOut) {
  auto screen = screen_of("nuclei_lost", {Shown::cells, Shown::nuclei});
  std::filesystem::remove(screen.fields[0].images[1].path);
  EXPECT_EQ(guess_nuclei(screen), "w2");
  for (const auto& field : screen.fields) std::filesystem::remove(field.images[1].path);
  for (const auto& field : screen.fields) std::filesystem::remove(field.images[0].path);
  EXPECT_EQ(guess_nuclei(screen), std::nullopt);
}

}  // namespace
}  // namespace cytoscale::discover
