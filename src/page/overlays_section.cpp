// What localize found, where it was run: its figures and some of its pictures.
#include <fmt/format.h>

#include <algorithm>

#include "core/system/files.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"

namespace cytoscale::page {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_pictures = 6, most_bytes = 700'000;

std::vector<fs::path> pictures_of(const fs::path& folder) {
  std::vector<fs::path> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".png") all.push_back(entry.path());
  std::sort(all.begin(), all.end());
  std::vector<fs::path> some;
  for (std::size_t i = 0; i < std::min(all.size(), most_pictures); ++i)
    some.push_back(all[i * all.size() / std::min(all.size(), most_pictures)]);
  return some;
}

}  // namespace

std::string overlays_section(const Results& results, const PageOptions&) {
  const auto summary = results.output / "localization.json";
  const auto pictures = pictures_of(results.output / "localization" / "overlays");
  if (pictures.empty() && !fs::exists(summary)) throw Error("localize was not run");
  std::string html;
  if (fs::exists(summary)) {
    const auto figures = nlohmann::json::parse(read_file(summary), nullptr, false);
    std::vector<std::vector<std::string>> rows;
    if (figures.is_object())
      for (const auto& [key, value] : figures.items())
        if (value.is_number())
          rows.push_back(
              {escaped(key),
               escaped(value.is_number_float() ? fmt::format("{:.4g}", value.get<double>()) : value.dump())});
    html += table({"of localization.json", ""}, rows);
  }
  std::size_t bytes = 0;
  html += "<div class=\"row\">";
  for (const auto& picture : pictures) {
    const auto file = read_file(picture);
    if (bytes += file.size(); bytes > most_bytes) break;
    html += figure(fmt::format("<img alt=\"\" width=\"340\" src=\"{}\">", data_uri("image/png", file)),
                   picture.stem().string());
  }
  return html + "</div>\n" +
         note("Yellow: what the network took for its label; cyan: what is there, where a truth was given.");
}

}  // namespace cytoscale::page
