#include "image/locations.hpp"

#include <array>
#include <cctype>
#include <cmath>
#include <optional>

#include "core/error.hpp"
#include "core/text/csv.hpp"
#include "core/text/text.hpp"

namespace cytoscale::image {
namespace {

constexpr std::array<std::array<const char*, 2>, 6> known_columns = {{
    {"Nuclei_Location_Center_X", "Nuclei_Location_Center_Y"},
    {"Nuclei_AreaShape_Center_X", "Nuclei_AreaShape_Center_Y"},
    {"Location_Center_X", "Location_Center_Y"},
    {"AreaShape_Center_X", "AreaShape_Center_Y"},
    {"Center_X", "Center_Y"},
    {"X", "Y"},
}};

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

std::optional<std::size_t> find_any_case(const Table& table, const std::string& name) {
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    if (lower(table.columns[i]) == lower(name)) return i;
  }
  return std::nullopt;
}

float coordinate(const std::string& text, const std::filesystem::path& csv, std::size_t row) {
  const auto value = to_number(text);
  // Also as a float: 1e39 is not.
  if (value && std::isfinite(static_cast<float>(*value))) return static_cast<float>(*value);
  throw Error("the location \"" + text + "\" is not a number",
              csv.string() + ", data row " + std::to_string(row + 1),
              "Give pixel coordinates, or remove the row");
}

}  // namespace

std::vector<std::pair<float, float>> read_locations(const std::filesystem::path& csv) {
  const auto table = read_csv(csv);
  for (const auto& [x_name, y_name] : known_columns) {
    const auto x = find_any_case(table, x_name);
    const auto y = find_any_case(table, y_name);
    if (!x || !y) continue;
    std::vector<std::pair<float, float>> locations;
    locations.reserve(table.rows.size());
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
      locations.emplace_back(coordinate(table.rows[row][*y], csv, row),
                             coordinate(table.rows[row][*x], csv, row));
    }
    return locations;
  }
  throw Error("no pair of location columns is known among: " + join(table.columns, ", "), csv.string(),
              "Name them Nuclei_Location_Center_X and Nuclei_Location_Center_Y, or X and Y");
}

}  // namespace cytoscale::image
