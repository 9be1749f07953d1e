// What the job `init` is told, and how the names of images can be read.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "core/enum_names.hpp"

namespace cytoscale::discover {

enum class Naming { automatic, phenix, imagexpress, cellvoyager, incell, bbbc021, bbbc013, plain };

struct InitOptions {
  std::filesystem::path folder;        // with the images
  std::filesystem::path output = ".";  // folder of screen.csv and screen.cfg
  std::string pattern;                 // of names (name_pattern.hpp); empty: as `naming` says
  Naming naming = Naming::automatic;
  std::string z_plane;             // which focal plane: a number from 1, or max (of pages); empty: chosen
  std::string time_point;          // which point in time, by its number in the names; empty: the first
  std::filesystem::path platemap;  // empty: a barcode_platemap.csv in the folder
  std::vector<std::string> compounds;
  bool overwrite = false;
  void validate() const;  // throws Error
};

}  // namespace cytoscale::discover

template <>
struct cytoscale::EnumNames<cytoscale::discover::Naming> {
  static constexpr const char* what = "naming";
  static constexpr EnumName<discover::Naming> all[] = {
      {discover::Naming::automatic, "auto"},          {discover::Naming::phenix, "phenix"},
      {discover::Naming::imagexpress, "imagexpress"}, {discover::Naming::cellvoyager, "cellvoyager"},
      {discover::Naming::incell, "incell"},           {discover::Naming::bbbc021, "bbbc021"},
      {discover::Naming::bbbc013, "bbbc013"},         {discover::Naming::plain, "plain"}};
};
