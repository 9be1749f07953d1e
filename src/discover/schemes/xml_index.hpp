// The index files of microscopes that are XML. Collective: no.
#pragma once
#include <functional>
#include <string>
#include <string_view>

#include "discover/image_listing.hpp"

namespace cytoscale::discover {

// An element: its name, and what an attribute or a child of some name holds, both without a namespace's
// prefix; "" where there is none.
struct XmlElement {
  std::string_view name;
  std::function<std::string(std::string_view)> value;
};

// Calls `visit` for each element of a file of the listing, from the first to the last. Throws Error: it
// cannot be read, or is not XML.
void visit_xml(const ImageListing& listing, const std::string& file,
               const std::function<void(const XmlElement&)>& visit);

}  // namespace cytoscale::discover
