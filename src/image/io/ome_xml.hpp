// What an OME-TIFF says of its planes: the OME-XML in the first page's description (OME data model 2016-06,
// docs.openmicroscopy.org/ome-model, "OME-TIFF specification"; older schemas have the same elements).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale::image {

struct OmePlane {
  int z = 0, c = 0, t = 0;  // from 0
  int page = 0;             // of the file it is in, from 0
  std::string file;         // as TiffData's UUID names it; empty: the file that the XML stands in
};

// An Image element: one field, or a series of a file that has several.
struct OmeImage {
  std::string name;             // may be empty
  std::string dimension_order;  // e.g. XYZCT: behind XY, the first axis changes fastest from page to page
  int size_z = 1, size_c = 1, size_t = 1;
  int significant_bits = 0;           // of a pixel; 0: not said
  std::vector<std::string> channels;  // names, as many as size_c; empty where one has none
  std::optional<double> pixel_um;     // PhysicalSizeX in micrometers
  std::vector<OmePlane> planes;       // as TiffData lists them
};

// True where a TIFF's description looks like OME-XML.
bool is_ome_xml(std::string_view description);

// The images of the XML, each with at least one plane told. `pages`: of the file, which bound what TiffData
// without PlaneCount stands for. `where` names the file in errors. Throws Error: not XML, no Image with
// Pixels (a file whose metadata lie in a companion file has none), sizes that no file has, a plane beyond its
// sizes.
std::vector<OmeImage> parse_ome_xml(std::string_view xml, int pages, const std::string& where);

}  // namespace cytoscale::image
