// Pictures for people, as JPEG: small, where what is lost does not matter.
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace cytoscale::image {

// 8-bit gray (channels = 1) or RGB (3), pixels [H][W][channels], as a file's bytes. quality: 1 … 100. The
// same pixels give the same bytes with the same library. Throws Error: a size that the pixels do not fit.
std::string jpeg_of(int height, int width, int channels, std::span<const std::uint8_t> pixels, int quality);

}  // namespace cytoscale::image
