// What localize found, where it was run: its figures and some of its pictures.
#include <fmt/format.h>

#include <algorithm>

#include "core/system/files.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

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

std::string words_of(const std::string& key) {
  constexpr std::pair<const char*, const char*> words[] = {
      {"fields", "fields"},
      {"regions", "regions"},
      {"mean_covered", "share of the pixels in regions, mean"},
      {"mean_iou", "intersection over union with the truth, mean"},
      {"true_positives", "objects of the target that were found"},
      {"false_negatives", "objects of the target that were not found"},
      {"false_positives", "other objects that were taken for it"},
      {"true_negatives", "other objects that were not"}};
  for (const auto& [known, text] : words)
    if (key == known) return text;
  return key;
}

// Of localization.json, whose counts of boxes are an object of their own.
void add_figures(std::vector<std::vector<std::string>>& rows, const nlohmann::json& figures) {
  if (!figures.is_object()) return;
  for (const auto& [key, value] : figures.items()) {
    if (value.is_object()) add_figures(rows, value);
    if (value.is_number())
      rows.push_back(
          {escaped(words_of(key)),
           escaped(value.is_number_float() ? fmt::format("{:.4g}", value.get<double>()) : value.dump())});
  }
}

}  // namespace

std::string overlays_section(const Results& results, const PageOptions&) {
  const auto summary = results.output / "localization.json";
  const auto pictures = pictures_of(results.output / "localization" / "overlays");
  if (pictures.empty() && !fs::exists(summary)) throw Error("localize was not run");
  std::string html;
  if (fs::exists(summary)) {
    std::vector<std::vector<std::string>> rows;
    add_figures(rows, nlohmann::json::parse(read_file(summary), nullptr, false));
    html += table({"localize found", ""}, rows);
  }
  std::size_t bytes = 0;
  html += "<div class=\"row small\">";
  for (const auto& picture : pictures) {
    const auto file = read_file(picture);
    if (bytes += file.size(); bytes > most_bytes) break;
    const auto name = escaped(picture.stem().string());
    html += figure(fmt::format("<img alt=\"{}\" title=\"{}\" width=\"340\" src=\"{}\">", name, name,
                               data_uri("image/png", file)),
                   picture.stem().string());
  }
  return html + "</div>\n" +
         note(
             "Outlined in yellow: what the network took for its label; in cyan: what is there, where a truth "
             "was given.");
}

}  // namespace cytoscale::page
