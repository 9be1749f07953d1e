// Harmony's exports: PLATE__DATE-Measurement N/Images/rRRcCCfFFpPP-chCskTfkFflL.tiff beside Index.idx.xml,
// whose Image elements (Harmony 5) or Map/Entry elements (6, 7) name the channels (as pe2loaddata reads
// them).
#include "discover/schemes/schemes.hpp"
#include "discover/schemes/xml_index.hpp"

namespace cytoscale::discover {
namespace {

ChannelNames channel_names(const ImageListing& listing, std::vector<std::string>& notes) {
  ChannelNames names;
  for (const char* index : {"Index.idx.xml", "Index.xml", "Index.ref.xml"})
    for (const auto& file : listing.named(index))
      visit_xml(listing, file, [&](const XmlElement& element) {
        if (element.name != "Image" && element.name != "Entry") return;
        if (const auto id = element.value("ChannelID"); !id.empty())
          add_channel_name(names, id, element.value("ChannelName"), file, notes);
      });
  return names;
}

}  // namespace

Scheme phenix_scheme() {
  return {Naming::phenix,
          "Opera Phenix or Operetta (Harmony)",
          {"r{Row:d}c{Column}f{Site:d}p{Z}-ch{Channel:d}[sk{T}][fk{:d}][fl{:d}]"},
          "ch",
          channel_names};
}

}  // namespace cytoscale::discover
