// What is wrong with a screen's images, as far as their headers tell.
#pragma once
#include "core/findings.hpp"
#include "preflight/image_headers.hpp"

namespace cytoscale::preflight {

// Problems: files that are missing or unreadable, images of another size than most of their plate's, or of
// another bit depth than most of their channel's; one line each, which names the file. Notes: values that are
// stored as signed with an offset, for which one image of each plate is decoded. Collective: no.
Findings image_findings(const screen::Screen& screen, const ScreenHeaders& headers);

}  // namespace cytoscale::preflight
