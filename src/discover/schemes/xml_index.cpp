#include "discover/schemes/xml_index.hpp"

#include <pugixml.hpp>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"

namespace cytoscale::discover {
namespace {

std::string_view local_name(std::string_view name) {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

std::string value_of(const pugi::xml_node& node, std::string_view name) {
  for (const auto& attribute : node.attributes())
    if (local_name(attribute.name()) == name) return trim(attribute.value());
  for (const auto& child : node.children())
    if (local_name(child.name()) == name) return trim(child.text().get());
  return {};
}

struct Visitor final : pugi::xml_tree_walker {
  explicit Visitor(const std::function<void(const XmlElement&)>& v) : visit(v) {}
  bool for_each(pugi::xml_node& node) override {
    if (node.type() == pugi::node_element)
      visit({local_name(node.name()), [&node](std::string_view name) { return value_of(node, name); }});
    return true;
  }
  const std::function<void(const XmlElement&)>& visit;
};

}  // namespace

void visit_xml(const ImageListing& listing, const std::string& file,
               const std::function<void(const XmlElement&)>& visit) {
  const auto path = listing.root / file;
  const auto text = read_file(path);
  pugi::xml_document document;
  if (const auto read = document.load_buffer(text.data(), text.size()); !read)
    throw Error("this index is not XML (" + std::string(read.description()) + ", byte " +
                    std::to_string(read.offset) + ")",
                path.string(), "Copy it again; or move it away: channels are then named by their numbers");
  Visitor visitor(visit);
  document.traverse(visitor);
}

}  // namespace cytoscale::discover
