// Enumerations and the words that stand for them in options and files: one table beside the enumeration.
//
//   enum class Smoothing { median, gaussian, none };
//   template <> struct EnumNames<Smoothing> {
//     static constexpr const char* what = "smoothing";
//     static constexpr EnumName<Smoothing> all[] = {{Smoothing::median, "median"}, …};
//   };
#pragma once
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/text/text.hpp"

namespace cytoscale {

template <typename E>
struct EnumName {
  E value;
  const char* name;
};

template <typename E>
struct EnumNames;  // specialized for each enumeration

template <typename E>
concept NamedEnum = requires {
  EnumNames<E>::all;
};

template <NamedEnum E>
std::vector<std::string> enum_words() {
  std::vector<std::string> words;
  for (const auto& each : EnumNames<E>::all) words.emplace_back(each.name);
  return words;
}

template <NamedEnum E>
std::string enum_name(E value) {
  for (const auto& each : EnumNames<E>::all)
    if (each.value == value) return each.name;
  throw Error(std::string("a value of ") + EnumNames<E>::what + " has no name", {},
              "This is a defect: please report it");
}

// Throws Error naming the words there are; `where` is the option or file.
template <NamedEnum E>
E parse_enum(const std::string& word, const std::string& where = {}) {
  for (const auto& each : EnumNames<E>::all)
    if (word == each.name) return each.value;
  throw Error("'" + word + "' is not a " + EnumNames<E>::what, where,
              "Use one of: " + join(enum_words<E>(), ", "));
}

}  // namespace cytoscale
