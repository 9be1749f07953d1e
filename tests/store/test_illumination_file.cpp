#include "store/illumination_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "screen_support.hpp"
#include "test_support.hpp"

namespace cytoscale::store {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Of two channels.
image::Illumination gain(int height, int width, float start, int step_px = 1) {
  image::Illumination illumination{2, height, width, {}, step_px};
  for (std::size_t i = 0; i < 2 * illumination.grid().pixels(); ++i)
    illumination.gain.push_back(start + static_cast<float>(i) / 64);
  return illumination;
}

TEST(IlluminationFile, RoundTripOfPlatesOfAnySize) {
  const screen::Screen screen = small_screen(2, 1, 1);
  const auto path = fresh_folder("illumination") / "illumination.h5";
  {
    IlluminationWriter writer(path, screen, {{"job", "illuminate"}});
    writer.add("P1", gain(4, 5, 1));
    writer.add("P2", gain(30, 21, 2, 10));
    EXPECT_FALSE(std::filesystem::exists(path));
    writer.commit();
  }
  const IlluminationReader reader(path);
  reader.check_matches(screen);
  EXPECT_EQ(reader.channels(), screen.channels);
  EXPECT_EQ(reader.plates(), (std::vector<std::string>{"P1", "P2"}));
  const image::Illumination second = reader.read("P2");
  EXPECT_EQ(second.height, 30);
  EXPECT_EQ(second.width, 21);
  EXPECT_EQ(second.step_px, 10);
  EXPECT_EQ(second.gain.size(), 2u * 3u * 3u);
  EXPECT_EQ(second.gain, gain(30, 21, 2, 10).gain);
  EXPECT_THAT([&] { reader.read("P3"); }, ThrowsMessage<Error>(HasSubstr("plate P3 is not in it")));
  EXPECT_THAT([&] { reader.check_matches(small_screen(3, 1, 1)); },
              ThrowsMessage<Error>(HasSubstr("plate P3")));
  screen::Screen other = screen;
  other.channels = {"DNA", "RNA"};
  EXPECT_THAT([&] { reader.check_matches(other); }, ThrowsMessage<Error>(HasSubstr("other channels")));
}

TEST(IlluminationFile, ARecordOfAnotherSizeThanItSaysIsRefused) {
  const auto whole = pack_illumination(gain(4, 5, 1, 2));
  EXPECT_EQ(unpack_illumination(whole).gain, gain(4, 5, 1, 2).gain);
  EXPECT_EQ(unpack_illumination(whole).step_px, 2);
  const auto sized = [&](std::int32_t channels, std::int32_t height, std::int32_t width, std::int32_t step,
                         std::size_t values) {
    const std::int32_t sizes[4] = {channels, height, width, step};
    return std::string(reinterpret_cast<const char*>(sizes), sizeof sizes) + std::string(4 * values, 'x');
  };
  for (const auto& bytes : {std::string(), whole.substr(0, 20), sized(2, 4, 4, 1, 40), sized(2, 4, 5, 3, 40),
                            sized(2, 4, 5, 0, 40), sized(2, 4, 5, -1, 40), sized(-1, -4, 5, 1, 20),
                            sized(1 << 22, 1 << 20, 1 << 20, 1, 0), sized(1 << 30, 1 << 30, 4, 1, 0)})
    EXPECT_THAT([&] { unpack_illumination(bytes); },
                ThrowsMessage<Error>(HasSubstr("another size than it says")));
}

TEST(IlluminationFile, WithoutCommitNothingStays) {
  const auto folder = fresh_folder("illumination_dropped");
  {
    IlluminationWriter writer(folder / "i.h5", small_screen(1, 1, 1), {});
    writer.add("P1", gain(4, 5, 1));
    EXPECT_THAT([&] { writer.add("P1", gain(4, 5, 1)); }, ThrowsMessage<Error>(HasSubstr("twice")));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  write_file_atomically(folder / "text", "no");
  EXPECT_THAT([&] { IlluminationReader reader(folder / "text"); },
              ThrowsMessage<Error>(HasSubstr("cannot be opened")));
}

}  // namespace
}  // namespace cytoscale::store
