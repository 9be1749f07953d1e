// PNG files (libpng): images of one gray plane, and pictures for people.
//
// Gray of 1 to 16 bits, interlaced or not; samples are not scaled, and gamma is not applied: values are the
// file's own. A palette of grays is looked up (as_stored: its indices). Color whose three values are equal in
// all pixels is gray; other color is refused, and so is an alpha channel in which anything is transparent: a
// channel is one plane. Broken files give an Error with libpng's own words. Memory is bounded before it is
// allocated: a header may not promise more pixels than its compressed bytes can hold.
#pragma once
#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "image/io/read_image.hpp"
#include "image/plane.hpp"

namespace cytoscale::image {

// By the file's first bytes; a name that ends with .tif or .tiff is believed, so that the usual file is
// opened once. False where it cannot be read.
bool is_png(const std::filesystem::path& path);

// As inspect_image() and read_raw() (image/io/read_image.hpp). A PNG has one page, which is any channel.
ImageInfo inspect_png(const ImageFile& file);
void read_png(const ImageFile& file, Values values, RawPlane& plane);

// 8-bit gray (channels = 1) or RGB (3), pixels [H][W][channels]. Atomic; the same pixels give the same bytes.
// Throws Error.
void write_png(const std::filesystem::path& path, int height, int width, int channels,
               std::span<const std::uint8_t> pixels);

// A picture as write_png() writes it with 3 channels: [H][W][3]. Throws Error: as read_png(), not of that
// kind.
struct RgbPicture {
  PictureSize size;
  std::vector<std::uint8_t> pixels;
};
RgbPicture read_rgb_png(const std::filesystem::path& path);

// Numbers of colors, [H][W], as a file's bytes.
std::string png_of_palette(int height, int width, std::span<const std::uint8_t> pixels,
                           std::span<const std::array<std::uint8_t, 3>, 256> palette);

}  // namespace cytoscale::image
