// Which channel shows the nuclei, where no name tells. Collective: no.
#pragma once
#include <optional>
#include <string>

#include "image/segment/segment_nuclei.hpp"
#include "screen/screen.hpp"

namespace cytoscale::discover {

// How much the objects that segment_nuclei() found in a plane look like nuclei, 0 … 1: round, of one size,
// and with all of the light in them. 0: too few to tell.
double likeness_to_nuclei(const image::Plane& plane, const image::Segmentation& objects);

// Looks at a few fields, spread over the screen. Nothing where no channel stands out: the likeness of the
// best, the median over the fields, must be well above that of the next. Fields that cannot be read are left
// out.
std::optional<std::string> guess_nuclei(const screen::Screen& screen);

}  // namespace cytoscale::discover
