#include "image/io/ome_xml.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <pugixml.hpp>

#include "core/error.hpp"
#include "core/text/whole_number.hpp"

namespace cytoscale::image {
namespace {

constexpr int most_planes = 1'000'000;  // of an image: more than any stack of a field has
constexpr const char* remedy =
    "Save the image again as OME-TIFF, or give each plane's page in a Frame_<Channel> column";

// Elements by their name without the prefix of a namespace (ome:Image).
std::string_view local_name(const pugi::xml_node& node) {
  const std::string_view name = node.name();
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::vector<pugi::xml_node> children(const pugi::xml_node& node, std::string_view name) {
  std::vector<pugi::xml_node> found;
  for (const auto& child : node.children())
    if (local_name(child) == name) found.push_back(child);
  return found;
}

// `otherwise` where the attribute is absent.
int whole(const pugi::xml_node& node, const char* attribute, int otherwise, int least,
          const std::string& where) {
  const auto text = node.attribute(attribute);
  if (!text) return otherwise;
  if (const auto value = to_whole_number(text.value(), least, most_planes)) return static_cast<int>(*value);
  throw Error("its OME-XML has " + std::string(attribute) + "=\"" + text.value() + "\"", where, remedy);
}

// The axes Z, C and T of an image, and what it says of them.
class Sizes {
 public:
  Sizes(const OmeImage& image, const std::string& where) : size_{image.size_z, image.size_c, image.size_t} {
    const auto& order = image.dimension_order;
    auto rest = order.size() == 5 && order.starts_with("XY") ? order.substr(2) : std::string();
    for (std::size_t i = 0; i < rest.size(); ++i) axis_[i] = std::string_view("ZCT").find(rest[i]);
    std::sort(rest.begin(), rest.end());
    if (rest != "CTZ") throw Error("its OME-XML has the DimensionOrder \"" + order + "\"", where, remedy);
    if (double(size_[0]) * size_[1] * size_[2] > most_planes)
      throw Error("its OME-XML promises more planes than a field has", where, remedy);
  }
  int planes() const { return size_[0] * size_[1] * size_[2]; }
  // The plane `number` behind (z, c, t); false beyond the last.
  bool step(std::array<int, 3>& at, int number) const {
    if (at[0] >= size_[0] || at[1] >= size_[1] || at[2] >= size_[2]) return false;
    int index = number, stride = 1;
    for (const auto axis : axis_) {
      index += at[axis] * stride;
      stride *= size_[axis];
    }
    if (index >= planes()) return false;
    for (const auto axis : axis_) {
      at[axis] = index % size_[axis];
      index /= size_[axis];
    }
    return true;
  }

 private:
  std::array<int, 3> size_;
  std::array<std::size_t, 3> axis_{};
};

void add_planes(OmeImage& image, const Sizes& sizes, const pugi::xml_node& data, int pages,
                const std::string& where) {
  const int ifd = whole(data, "IFD", 0, 0, where);
  // Without a count: the page named, or all pages where none is.
  const int otherwise = data.attribute("IFD") ? 1 : std::min(pages, sizes.planes());
  const int count = whole(data, "PlaneCount", otherwise, 0, where);
  const std::array<int, 3> first = {whole(data, "FirstZ", 0, 0, where), whole(data, "FirstC", 0, 0, where),
                                    whole(data, "FirstT", 0, 0, where)};
  const auto uuids = children(data, "UUID");
  const std::string file = uuids.empty() ? "" : uuids.front().attribute("FileName").value();
  for (int i = 0; i < count; ++i) {
    auto at = first;
    if (image.planes.size() >= std::size_t(sizes.planes()) || !sizes.step(at, i))
      throw Error("its OME-XML lists more planes than its Z, C and T have", where, remedy);
    image.planes.push_back({at[0], at[1], at[2], ifd + i, file});
  }
}

std::optional<double> pixel_size_um(const pugi::xml_node& pixels) {
  const double size = pixels.attribute("PhysicalSizeX").as_double();
  const std::string unit = pixels.attribute("PhysicalSizeXUnit").as_string("\u00b5m");
  const double scale = unit == "\u00b5m" || unit == "\u03bcm" ? 1
                       : unit == "nm"                         ? 1e-3
                       : unit == "mm"                         ? 1e3
                                                              : 0;
  return size > 0 && scale > 0 ? std::optional(size * scale) : std::nullopt;
}

OmeImage image_of(const pugi::xml_node& node, const pugi::xml_node& pixels, int pages,
                  const std::string& where) {
  OmeImage image;
  image.name = node.attribute("Name").value();
  image.dimension_order = pixels.attribute("DimensionOrder").value();
  image.size_z = whole(pixels, "SizeZ", 1, 1, where);
  image.size_c = whole(pixels, "SizeC", 1, 1, where);
  image.size_t = whole(pixels, "SizeT", 1, 1, where);
  image.significant_bits = whole(pixels, "SignificantBits", 0, 1, where);
  image.pixel_um = pixel_size_um(pixels);
  const Sizes sizes(image, where);
  for (const auto& channel : children(pixels, "Channel"))
    image.channels.emplace_back(channel.attribute("Name").value());
  image.channels.resize(std::size_t(image.size_c));
  const auto data = children(pixels, "TiffData");
  for (const auto& entry : data) add_planes(image, sizes, entry, pages, where);
  if (data.empty()) add_planes(image, sizes, {}, pages, where);
  return image;
}

}  // namespace

bool is_ome_xml(std::string_view description) {
  const auto start = description.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string_view::npos || description[start] != '<') return false;
  return description.substr(start, 4096).find("OME") != std::string_view::npos;
}

std::vector<OmeImage> parse_ome_xml(std::string_view xml, int pages, const std::string& where) {
  pugi::xml_document document;
  const auto parsed = document.load_buffer(xml.data(), xml.size());
  if (!parsed) {
    throw Error("its OME-XML cannot be read (" + std::string(parsed.description()) + " at byte " +
                    std::to_string(parsed.offset) + ")",
                where, remedy);
  }
  std::vector<OmeImage> images;
  for (const auto& image : children(document.document_element(), "Image"))
    for (const auto& pixels : children(image, "Pixels"))
      images.push_back(image_of(image, pixels, pages, where));
  if (images.empty()) throw Error("its OME-XML describes no image", where, remedy);
  return images;
}

}  // namespace cytoscale::image
