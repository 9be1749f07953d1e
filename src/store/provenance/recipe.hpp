// What an unfinished file was being made with, against what is asked now. Collective: no.
#pragma once
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>

namespace cytoscale::store {

// The first difference, in words ("--crop-size is 48, it was 128"); empty where there is none. Recipes are
// provenance (stamp.hpp): objects, the options under "options", inputs under "inputs".
std::string recipe_difference(const nlohmann::json& then, const nlohmann::json& now);

// Throws Error where `part`, left by a killed run, was made by another recipe than `now`, naming the
// difference, unless `overwrite`. `then`: its recipe as it was written; text that is no JSON counts as
// another.
void check_recipe(const std::filesystem::path& part, const std::string& then, const nlohmann::json& now,
                  bool overwrite);

}  // namespace cytoscale::store
