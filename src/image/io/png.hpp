// Pictures for people.
#pragma once
#include <cstdint>
#include <filesystem>
#include <span>

namespace cytoscale::image {

// 8-bit gray (channels = 1) or RGB (3), pixels [H][W][channels]. Atomic; the same pixels give the same bytes.
// Throws Error.
void write_png(const std::filesystem::path& path, int height, int width, int channels,
               std::span<const std::uint8_t> pixels);

}  // namespace cytoscale::image
