#include "core/error.hpp"

#include <string_view>

namespace cytoscale {
namespace {

std::string sentence(std::string text) {
  if (!text.empty() && std::string_view(".?!\n").find(text.back()) == std::string_view::npos) text += '.';
  return text;
}

std::string join(const std::string& problem, const std::string& where, const std::string& remedy) {
  std::string text = where.empty() ? sentence(problem) : where + ": " + sentence(problem);
  if (!remedy.empty()) text += " " + sentence(remedy);
  return text;
}

}  // namespace

Error::Error(std::string problem, std::string where, std::string remedy)
    : std::runtime_error(join(problem, where, remedy)),
      problem_(std::move(problem)),
      where_(std::move(where)),
      remedy_(std::move(remedy)) {}

}  // namespace cytoscale
