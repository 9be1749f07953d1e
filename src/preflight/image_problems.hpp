// What is wrong with a screen's images, as far as their headers tell.
#pragma once
#include <string>
#include <vector>

#include "preflight/image_headers.hpp"

namespace cytoscale::preflight {

// Files that are missing or unreadable, images of another size than most of their plate's, or of another bit
// depth than most of their channel's; one line each, which names the file. Collective: no.
std::vector<std::string> image_problems(const screen::Screen& screen, const ScreenHeaders& headers);

}  // namespace cytoscale::preflight
