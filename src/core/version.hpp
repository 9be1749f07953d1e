// The program's version, stored as provenance in each output but tables of text.
#pragma once
#include <string>
#include <string_view>

namespace cytoscale {

std::string_view version();  // "0.1.0"
std::string_view
commit();  // of the source it was built from: "d40ce08a1b2c", "…-dirty" with changes; or "unknown"
inline std::string version_text() {
  return std::string(version()) + " (" + std::string(commit()) + ")";
}

}  // namespace cytoscale
