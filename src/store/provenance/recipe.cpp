#include "store/provenance/recipe.hpp"

#include <nlohmann/json.hpp>

#include "core/error.hpp"

namespace cytoscale::store {
namespace {

using nlohmann::json;

std::string plain(const json& value) {
  return value.is_string() ? value.get<std::string>() : value.is_null() ? "not given" : value.dump();
}

std::string difference_in(const json& then, const json& now, const std::string& prefix) {
  for (const auto& [key, value] : now.items()) {
    const auto before = then.contains(key) ? then[key] : json();
    if (before != value) return prefix + key + " is " + plain(value) + ", it was " + plain(before);
  }
  for (const auto& [key, value] : then.items())
    if (!now.contains(key)) return prefix + key + " is not given, it was " + plain(value);
  return {};
}

}  // namespace

std::string recipe_difference(const json& then, const json& now) {
  if (!then.is_object()) return "what it was made with cannot be read";
  for (const auto& [part, prefix] : {std::pair("options", "--"), std::pair("inputs", "the input ")}) {
    const auto before = then.value(part, json::object()), after = now.value(part, json::object());
    if (const auto text = difference_in(before, after, prefix); !text.empty()) return text;
  }
  json before = then, after = now;
  for (auto* recipe : {&before, &after}) recipe->erase("options"), recipe->erase("inputs");
  return difference_in(before, after, "");
}

void check_recipe(const std::filesystem::path& part, const std::string& then, const json& now,
                  bool overwrite) {
  if (overwrite) return;
  const auto difference = recipe_difference(json::parse(then, nullptr, false), now);
  if (difference.empty()) return;
  throw Error("an interrupted run left it, and it was made with other options or inputs: " + difference,
              part.string(),
              "Give the same options to go on with it, --overwrite to drop its work, or another --output");
}

}  // namespace cytoscale::store
