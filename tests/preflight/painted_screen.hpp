// A screen of flat images on disk: two plates of two wells, two channels; a control in A1 of each plate.
#pragma once
#include <filesystem>

#include "core/system/files.hpp"
#include "image/io/tiff.hpp"
#include "screen/manifest.hpp"
#include "test_support.hpp"

namespace cytoscale::preflight {

inline constexpr int side_px = 32;

inline void paint(const std::filesystem::path& file, int height = side_px, int width = side_px) {
  image::write_tiff(file, height, width,
                    std::vector<std::uint16_t>(static_cast<std::size_t>(height) * width, 100));
}

// The folder: screen.csv and P1A1_DNA.tif … P2A2_RNA.tif.
inline std::filesystem::path painted_screen(const std::string& name) {
  const auto folder = fresh_folder(name);
  std::string text =
      "Metadata_Plate,Metadata_Well,Metadata_Batch,Metadata_Compound,Metadata_Concentration,Metadata_Control,"
      "Metadata_MOA,FileName_DNA,FileName_RNA\n";
  for (const std::string plate : {"P1", "P2"}) {
    for (const std::string well : {"A1", "A2"}) {
      for (const char* channel : {"_DNA.tif", "_RNA.tif"}) paint(folder / (plate + well + channel));
      text += plate + "," + well + ",b" + plate + ",DMSO,0," + (well == "A1" ? "negcon" : "trt") + ",none," +
              plate + well + "_DNA.tif," + plate + well + "_RNA.tif\n";
    }
  }
  write_file_atomically(folder / "screen.csv", text);
  return folder;
}

inline screen::Screen screen_in(const std::filesystem::path& folder) {
  screen::ManifestOptions options;
  options.manifest = folder / "screen.csv";
  return screen::read_manifest(options);
}

}  // namespace cytoscale::preflight
