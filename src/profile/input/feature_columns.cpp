#include "profile/input/feature_columns.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace cytoscale::profile {
namespace {

constexpr std::array<std::string_view, 6> whole_names = {
    "", "ImageNumber", "ObjectNumber", "TableNumber", "ProcessingStatus", "Metadata"};
// Of the table of images.
constexpr std::array<std::string_view, 16> beginnings = {
    "Metadata_",    "Image_",  "Unnamed: ",   "FileName_",     "PathName_", "URL_",
    "MD5Digest_",   "Height_", "Width_",      "Scaling_",      "Frame_",    "Series_",
    "ModuleError_", "Count_",  "Group_Index", "ExecutionTime_"};
// After the name of an object, or without one.
constexpr std::array<std::string_view, 7> object_parts = {
    "_Location_Center_",      "_Location_CenterMassIntensity_", "_AreaShape_Center_",
    "_AreaShape_BoundingBox", "_Number_Object_Number",          "_ImageNumber",
    "_ObjectNumber"};

}  // namespace

bool is_feature_name(const std::string& column) {
  if (std::find(whole_names.begin(), whole_names.end(), column) != whole_names.end()) return false;
  if (std::any_of(beginnings.begin(), beginnings.end(),
                  [&](auto start) { return column.starts_with(start); }))
    return false;
  const auto name = "_" + column;
  if (std::any_of(object_parts.begin(), object_parts.end(),
                  [&](auto part) { return name.find(part) != std::string::npos; }))
    return false;
  if (name.find("ClosestObjectNumber_") != std::string::npos) return false;
  return !(name.find("_Children_") != std::string::npos && name.ends_with("_Count"));
}

bool is_doubtful_feature(const std::string& column) {
  const auto name = "_" + column;
  return name.find("_Location_") != std::string::npos || name.find("_Parent_") != std::string::npos;
}

}  // namespace cytoscale::profile
