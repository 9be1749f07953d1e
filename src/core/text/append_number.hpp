// Numbers at the end of a text, in the form of number_text() (text.hpp), without a text of its own for each
// of millions.
#pragma once
#include <charconv>
#include <cmath>
#include <string>

namespace cytoscale {

// The shortest decimal form that reads back as the same float or double; nan, inf, -inf.
template <typename T>
void append_number(std::string& text, T value) {
  if (std::isnan(value)) {
    text += "nan";
  } else if (std::isinf(value)) {
    text += value > 0 ? "inf" : "-inf";
  } else {
    char digits[64];
    text.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
  }
}

}  // namespace cytoscale
