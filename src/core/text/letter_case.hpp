// Texts that differ in the case of their letters only. Letters are A to Z: other bytes stay.
#pragma once
#include <cctype>
#include <string>
#include <string_view>

namespace cytoscale {

inline char lower_case(char c) {
  return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
}

inline std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = lower_case(c);
  return result;
}

inline std::string upper_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return result;
}

}  // namespace cytoscale
