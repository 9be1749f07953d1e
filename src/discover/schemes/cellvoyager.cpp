// CellVoyager: PLATE_A01_T0001F001L01A01Z01C01.tif beside MeasurementData.mlf and a .mes file, whose
// bts:Channel elements give each bts:Ch a bts:Target or bts:Fluorophore (as Bio-Formats' CV7000Reader reads
// them).
#include "discover/schemes/schemes.hpp"
#include "discover/schemes/xml_index.hpp"

namespace cytoscale::discover {
namespace {

// Of the text of a number, "01" as in the names and "1" as in the index.
std::string without_zeros(const std::string& number) {
  const auto first = number.find_first_not_of('0');
  return first == std::string::npos ? number : number.substr(first);
}

ChannelNames channel_names(const ImageListing& listing, std::vector<std::string>& notes) {
  ChannelNames names;
  for (const auto& file : listing.ending_in(".mes"))
    visit_xml(listing, file, [&](const XmlElement& element) {
      if (element.name != "Channel") return;
      const auto fluorophore = element.value("Fluorophore");
      add_channel_name(names, without_zeros(element.value("Ch")),
                       fluorophore.empty() ? element.value("Target") : fluorophore, file, notes);
    });
  return names;
}

}  // namespace

Scheme cellvoyager_scheme() {
  return {Naming::cellvoyager,
          "CellVoyager (CV7000, CV8000)",
          {"{Plate}_{Well}_T{T}F{Site:d}L{:d}A{:d}Z{Z}C{Channel:d}"},
          "C",
          channel_names};
}

}  // namespace cytoscale::discover
