// The program's version, stored as provenance in every output.
#pragma once
#include <string_view>

namespace cytoscale {
std::string_view version();
}
