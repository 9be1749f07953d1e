#include "discover/plane_names.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "core/text/well_name.hpp"
#include "core/text/whole_number.hpp"
#include "discover/name_pattern.hpp"

namespace cytoscale::discover {
namespace {

constexpr const char* pattern_remedy =
    "Say how they are named with --pattern, e.g. --pattern '{Plate}/{Well}_s{Site}_{Channel}.tif'";

std::string without_zeros(const std::string& number) {
  const bool digits = number.find_first_not_of("0123456789") == std::string::npos;
  const auto first = number.find_first_not_of('0');
  if (!digits || number.empty()) return number;
  return first == std::string::npos ? "0" : number.substr(first);
}

// "2" and "B" are row B; 27 is AA.
std::string row_name(const std::string& row) {
  const auto number = to_whole_number(row, 1, 32);
  if (!number) return row;
  return row_letters(static_cast<std::size_t>(*number - 1));
}

std::string well_of(NameParts& parts) {
  if (parts.contains("Well")) return parts["Well"];
  const auto column = without_zeros(parts["Column"]);
  return row_name(parts["Row"]) + (column.size() < 2 ? "0" : "") + column;
}

// IN Cell's "DAPI - DAPI", excitation and emission, is DAPI.
std::string channel_of(const std::string& text) {
  const auto half = text.size() / 2;
  const bool twice = text.size() > 3 && text.substr(half - 1, 3) == " - " &&
                     text.substr(0, half - 1) == text.substr(half + 2);
  return twice ? text.substr(0, half - 1) : text;
}

PlaneName plane_of(const std::string& file, NameParts parts) {
  PlaneName plane;
  plane.file = file;
  plane.plate = parts["Plate"];
  plane.well = well_of(parts);
  plane.channel = channel_of(parts["Channel"]);
  if (!parts["Site"].empty()) plane.site = without_zeros(parts["Site"]);
  plane.z = without_zeros(parts["Z"].empty() ? parts["Z2"] : parts["Z"]);
  plane.t = without_zeros(parts["T"]);
  for (const auto& [name, value] : parts) {
    static const std::vector<std::string> known = {"Plate", "Well", "Row", "Column", "Channel",
                                                   "Site",  "Z",    "Z2",  "T",      "Guid"};
    if (std::ranges::find(known, name) == known.end()) plane.metadata["Metadata_" + name] = value;
  }
  return plane;
}

class SchemeMatcher {
 public:
  explicit SchemeMatcher(Scheme scheme) : scheme_(std::move(scheme)) {
    for (const auto& text : scheme_.patterns)
      for (const auto& pattern : with_optional_parts(text)) patterns_.emplace_back(pattern, scheme_.title);
  }
  std::optional<PlaneName> match(const std::string& file) const {
    for (const auto& pattern : patterns_)
      if (auto parts = pattern.match(file)) return plane_of(file, *std::move(parts));
    return std::nullopt;
  }
  const Scheme& scheme() const { return scheme_; }

 private:
  Scheme scheme_;
  std::vector<NamePattern> patterns_;
};

NamedImages by_pattern(const ImageListing& listing, const std::string& text) {
  const NamePattern pattern(text, "--pattern");
  NamedImages named{{Naming::plain, "--pattern " + text, {text}}, {}, {}};
  for (const auto& file : listing.images) {
    if (auto parts = pattern.match(file))
      named.planes.push_back(plane_of(file, *std::move(parts)));
    else
      named.strange.push_back(file);
  }
  if (named.planes.empty())
    throw Error(
        "'" + text + "' fits none of the " + count_text(listing.images.size()) + " images, e.g. " +
            join_some(listing.images, 3),
        "--pattern",
        "Letters stand for themselves, {Name} for a part that changes; the folders before may be left out");
  return named;
}

std::vector<SchemeMatcher> matchers_for(Naming naming) {
  std::vector<SchemeMatcher> matchers;
  for (auto& scheme : all_schemes())
    if (naming == Naming::automatic || scheme.naming == naming) matchers.emplace_back(std::move(scheme));
  return matchers;
}

// "A (2 images, e.g. x.tif) and B (…)".
std::string listed(const std::vector<NamedImages>& found) {
  std::vector<std::string> parts;
  for (const auto& named : found)
    if (!named.planes.empty())
      parts.push_back(named.scheme.title + " (" + count_text(named.planes.size()) + " images, e.g. " +
                      named.planes.front().file + ")");
  return join(parts, " and ");
}

}  // namespace

NamedImages name_planes(const ImageListing& listing, const InitOptions& options) {
  if (!options.pattern.empty()) return by_pattern(listing, options.pattern);
  const auto matchers = matchers_for(options.naming);
  std::vector<NamedImages> found;
  for (const auto& matcher : matchers) found.push_back({matcher.scheme(), {}, {}});
  std::vector<std::string> strange;
  for (const auto& file : listing.images) {
    std::size_t m = 0;
    for (; m < matchers.size(); ++m) {
      auto plane = matchers[m].match(file);
      if (!plane) continue;
      found[m].planes.push_back(*std::move(plane));
      break;
    }
    if (m == matchers.size()) strange.push_back(file);
  }
  const auto where = listing.root.string();
  const auto fits = [](const NamedImages& named) { return !named.planes.empty(); };
  const auto count = std::ranges::count_if(found, fits);
  if (count > 1)
    throw Error(
        "its images are named in several ways: " + listed(found), where,
        "Name the folder of one of them; or choose with --naming or --pattern, the others are then left out");
  if (count == 0)
    throw Error("no naming that is known fits its images, e.g. " + join_some(strange, 3), where,
                pattern_remedy);
  auto named = *std::ranges::find_if(found, fits);
  if (options.naming == Naming::automatic && strange.size() >= named.planes.size())
    throw Error("only some of its images are named in a way that is known: " + listed(found) + "; not so " +
                    count_text(strange.size()) + ", e.g. " + join_some(strange, 3),
                where, "Choose with --naming or --pattern, the others are then left out");
  named.strange = std::move(strange);
  return named;
}

}  // namespace cytoscale::discover
