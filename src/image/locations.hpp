// Cell centers from another program.
#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/table/csv.hpp"

namespace cytoscale::image {

using Center = std::pair<float, float>;  // (y, x) in px

// How tables of other programs name a field.
struct FieldNames {
  std::string plate, well, site;
  std::vector<std::string> files;  // of its images, without folders
};

// Column pairs known (X, Y): Nuclei_Location_Center_X/_Y (DeepProfiler and CellProfiler's joined tables),
// Location_Center_X/_Y and AreaShape_Center_X/_Y (CellProfiler's Nuclei.csv), Center_X/_Y, X/Y in any case.
// A table may hold several images: told by ImageNumber, of which CellProfiler's Image.csv beside the table
// says which field it is (by Metadata_Plate, _Well, _Site, else by FileName_…), or by such metadata in the
// table itself.
class LocationTable {
 public:
  // Throws Error: unreadable, no such columns, a cell that is not a finite number (with its line), several
  // images and nothing that tells their fields.
  explicit LocationTable(const std::filesystem::path& csv);
  // Whether it says which cells are of which field; else all are of the one that it is read for.
  bool tells_fields() const { return !fields_.columns.empty(); }
  // Of one field, in the file's order. Throws Error: the table does not know the field, or means two of its
  // images.
  std::vector<Center> of(const FieldNames& field) const;

 private:
  void tell_by_image(const Table& table, std::size_t image);
  void tell_by_metadata(const Table& table);

  std::filesystem::path path_;
  std::vector<Center> centers_;
  Table fields_;                                          // a row for each image, as Image.csv has them
  std::vector<std::vector<std::string>> field_rows_;      // the same, row by row
  std::vector<std::string> image_of_row_, field_images_;  // of the centers, and of fields_
};

// All centers of a table of one field.
std::vector<Center> read_locations(const std::filesystem::path& csv);

}  // namespace cytoscale::image
