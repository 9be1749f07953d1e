#include "discover/schemes/schemes.hpp"

#include <algorithm>

#include "core/text/text.hpp"

namespace cytoscale::discover {

std::vector<Scheme> all_schemes() {
  return {phenix_scheme(),      cellvoyager_scheme(), incell_scheme(),
          imagexpress_scheme(), bbbc013_scheme(),     plain_scheme()};
}

void add_channel_name(ChannelNames& names, const std::string& number, const std::string& name,
                      const std::string& where, std::vector<std::string>& notes) {
  const auto clean = trim(name);
  if (clean.empty()) return;
  const auto [at, fresh] = names.emplace(number, clean);
  if (fresh || at->second == clean || at->second.empty()) return;
  notes.push_back("channel " + number + " is " + at->second + " in one index file and " + clean + " in " +
                  where + ": it keeps its number for a name");
  at->second.clear();  // and stays without
}

Scheme incell_scheme() {
  return {Naming::incell,
          "IN Cell Analyzer",
          {"{Row} - {Column}(fld {Site:d}[ z {Z}] wv {Channel}[ z {Z2:d}][ time {T} - {} ms])",
           "{Row} - {Column}(wv {Channel})"}};
}

Scheme bbbc013_scheme() {
  return {Naming::bbbc013, "BBBC013 (ExampleSBSImages)", {"{Channel}-{}-{Row}-{Column}"}};
}

Scheme plain_scheme() {
  return {
      Naming::plain,
      "plate, well and site in the name",
      {"[{Plate}_]{Well}_s{Site}_{Channel}", "[{Plate}_]{Well}_f{Site}_{Channel}", "[{Plate}_]{Well}_s{Site}",
       "[{Plate}_]{Well}_f{Site}", "[{Plate}_]{Well}_{Site:d}", "[{Plate}_]{Well}"}};
}

}  // namespace cytoscale::discover
