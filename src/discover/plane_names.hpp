// What the names of a folder's images tell. Collective: no.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "discover/image_listing.hpp"
#include "discover/init_options.hpp"
#include "discover/schemes/schemes.hpp"

namespace cytoscale::discover {

struct PlaneName {
  std::string file;  // as ImageListing::images
  std::string plate, well, site = "1",
                           channel;  // plate: "" where the name has none; channel "": pages of the file
  std::string z, t;                  // numbers without zeros before them; "" where there is none
  std::map<std::string, std::string> metadata = {};  // other parts, as Metadata_NAME
};

struct NamedImages {
  Scheme scheme;
  std::vector<PlaneName> planes;     // in the listing's order
  std::vector<std::string> strange;  // images whose names do not fit
};

// By --pattern, by the naming that was chosen, or else by the one scheme that fits. Throws Error: none fits,
// images of several schemes, more images that do not fit than do.
NamedImages name_planes(const ImageListing& listing, const InitOptions& options);

}  // namespace cytoscale::discover
