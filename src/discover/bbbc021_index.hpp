// BBBC021: its image.csv lists the images, moa.csv the mechanisms. Collective: no.
#pragma once
#include <optional>

#include "discover/image_listing.hpp"
#include "screen/screen.hpp"

namespace cytoscale::discover {

// Of an image.csv (..._image.csv with columns Image_FileName_...) in the folder, the fields whose images are
// there; nothing: there is no such table. What lacks is added to `left_out`. Throws Error: several such
// tables, a table that cannot be read, no image of it in the folder.
std::optional<screen::Screen> bbbc021_screen(const ImageListing& listing, std::vector<std::string>& assumed,
                                             std::vector<std::string>& left_out);

}  // namespace cytoscale::discover
