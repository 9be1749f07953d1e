// Reading a screen's manifest (docs/file-format.md, "The manifest"). Formats: cytoscale's native CSV, BBBC021
// (image.csv + moa.csv), CellProfiler LoadData CSV (+ platemap join) and DeepProfiler index.csv. The format
// is told from the header, or named.
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/enum_names.hpp"
#include "core/findings.hpp"
#include "screen/screen.hpp"

namespace cytoscale::screen {

enum class ManifestFormat { automatic, native, bbbc021, loaddata, deepprofiler };

struct ManifestOptions {
  std::filesystem::path manifest;  // the CSV
  ManifestFormat format = ManifestFormat::automatic;
  std::filesystem::path image_root;   // relative image paths start here; empty: the manifest's folder
  std::vector<std::string> channels;  // which, in which order; empty: all, in the manifest's order
  std::string z_plane;                // of stacks: max or a number from 1; empty: none (core/image_file.hpp)
  std::filesystem::path moa;          // bbbc021: compound, concentration, moa
  std::filesystem::path platemap;  // table joined on plate (or plate map name) and well; barcode_platemap.csv
                                   // or its folder: with the maps it names (input/plate_layout.hpp)
  std::vector<std::string> compounds;  // tables joined on the compound; empty: those in the folder `platemap`
  std::vector<std::string> path_map;   // FROM=TO: where paths of another machine are here
  std::vector<std::string> plates;     // keep only these plates; empty: all
  std::string select;  // keep rows with COLUMN=VALUE or != (comma-separated: all must hold); empty: all
  // screen.h5, which may stand for all of these (store/screen_file.hpp), and whether it is written where it
  // does not; no options.
  std::filesystem::path kept = {};
  bool keep = false;
  void validate() const;  // throws Error
};

// Throws Error naming file, line or column, and remedy. Does not open images.
Screen read_manifest(const ManifestOptions& options);

// What is found while reading, to be listed together (cytoscale check), and the screen all the same. Notes:
// what was changed or assumed, also in Screen::notes.
struct ManifestReport : Findings {
  std::optional<Screen> screen;  // absent when nothing can be made of the manifest
};
ManifestReport inspect_manifest(const ManifestOptions& options);

// Writes the native form: Metadata_* columns, FileName_<Channel>, PathName_<Channel>, Frame_<Channel> where
// pages are used.
void write_native_manifest(const std::filesystem::path& path, const Screen& screen,
                           const std::filesystem::path& relative_to);

}  // namespace cytoscale::screen

template <>
struct cytoscale::EnumNames<cytoscale::screen::ManifestFormat> {
  static constexpr const char* what = "manifest format";
  static constexpr EnumName<screen::ManifestFormat> all[] = {
      {screen::ManifestFormat::automatic, "auto"},
      {screen::ManifestFormat::native, "native"},
      {screen::ManifestFormat::bbbc021, "bbbc021"},
      {screen::ManifestFormat::loaddata, "loaddata"},
      {screen::ManifestFormat::deepprofiler, "deepprofiler"}};
};
