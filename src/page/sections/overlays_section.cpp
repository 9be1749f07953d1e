// What localize found, where it was run: its figures and some of its pictures.
#include <fmt/format.h>

#include <algorithm>

#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "image/io/jpeg.hpp"
#include "image/io/png.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_pictures = 6, most_bytes = 900'000;

// Regions of the field, as its table of places has them.
std::size_t regions_of(const fs::path& overlay) {
  try {
    const auto name = overlay.stem().string() + ".csv";
    return read_csv(overlay.parent_path().parent_path() / "locations" / name).rows.size();
  } catch (const Error&) {
    return 0;
  }
}

// From that with most regions to that with fewest, evenly.
std::vector<fs::path> pictures_of(const fs::path& folder) {
  std::vector<std::pair<std::size_t, fs::path>> all;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder, none))
    if (entry.path().extension() == ".png") all.emplace_back(regions_of(entry.path()), entry.path());
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : natural_less(a.second.string(), b.second.string());
  });
  std::vector<fs::path> some;
  for (std::size_t i = 0; i < std::min(all.size(), most_pictures); ++i)
    some.push_back(all[i * all.size() / std::min(all.size(), most_pictures)].second);
  return some;
}

// As JPEG, since a plate's PNGs would make the page large.
std::string small(const fs::path& overlay) {
  const auto picture = image::read_rgb_png(overlay);
  return image::jpeg_of(picture.size.height, picture.size.width, 3, picture.pixels, 85);
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
    const auto stem = picture.stem().string();
    try {
      const auto jpeg = small(picture);
      if (bytes += jpeg.size(); bytes > most_bytes) break;
      html += figure(fmt::format("<img alt=\"{0}\" title=\"{0}\" width=\"340\" src=\"{1}\">", escaped(stem),
                                 data_uri("image/jpeg", jpeg)),
                     fmt::format("{}: {} regions", stem, regions_of(picture)));
    } catch (const Error& error) {
      html += note(error.what());  // it names the file
    }
  }
  return html + "</div>\n" +
         note(
             "Outlined in yellow: what the network took for its label; in cyan: what is there, where a truth "
             "was given.");
}

}  // namespace cytoscale::page
