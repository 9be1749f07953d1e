// Which classes are taken for which, from metrics.json.
#include <fmt/format.h>

#include "chart/heat_map.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

using nlohmann::json;

constexpr std::size_t most_classes = 80;

std::string grid_of(const json& confusion, const std::string& matched, const std::string& pointer) {
  const auto classes = confusion.at("classes").get<std::vector<std::string>>();
  const auto counts = confusion.at("counts").get<std::vector<std::vector<std::uint64_t>>>();
  if (classes.size() > most_classes)
    return note(fmt::format("{} classes are too many to draw; metrics.json has the counts.", classes.size()));
  bool none = false;  // a query without a candidate
  for (const auto& row : counts) none = none || (row.size() > classes.size() && row.back() > 0);
  chart::HeatMap map;
  map.label = "confusion of classes";
  map.rows = map.columns = classes;
  if (none) map.columns.emplace_back("(none)");
  map.turned = true;
  map.cell = classes.size() > 30 ? 16 : 26;
  map.row_title = "true class",
  map.column_title = matched == "predicted as" ? "predicted class" : "matched class";
  for (std::size_t r = 0; r < counts.size(); ++r) {
    double sum = 0;
    for (const auto count : counts[r]) sum += static_cast<double>(count);
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const auto count = counts[r].at(c);
      map.values.emplace_back(sum > 0 ? std::optional(static_cast<double>(count) / sum) : std::nullopt);
      map.hovers.push_back(
          fmt::format("{} {} {}: {} of {:.0f}", classes[r], matched, map.columns[c], count, sum));
      map.texts.push_back(count ? std::to_string(count) : "");
    }
  }
  auto html = "<figure data-path=\"" + pointer + "\">" + chart::heat_map(map) +
              "<figcaption>Rows: true class; columns: " + map.column_title +
              ". Numbers: how many; colors: share of the row.</figcaption></figure>\n";
  return html + chart::color_bar(0, 1, chart::Scale::sequential, "share of the true class");
}

}  // namespace

std::string confusion_section(const Results& results, const PageOptions&) try {
  const auto& all = results.metrics.get();
  std::vector<View> shown;
  if (const auto confusion = all.find("confusion"); confusion != all.end())
    for (const auto& [key, title] : std::vector<std::pair<std::string, std::string>>{
             {"nsc", "NSC"}, {"nscb_disjoint", "NSCB, disjoint"}, {"nscb_joined", "NSCB, joined"}})
      if (confusion->contains(key))
        shown.push_back({title, grid_of(confusion->at(key), "matched with", "/confusion/" + key)});
  if (const auto levels = all.find("classification"); levels != all.end())
    for (const auto& [level, figures] : levels->items())
      if (figures.contains("confusion"))
        shown.push_back({"of each " + level, grid_of(figures.at("confusion"), "predicted as",
                                                     "/classification/" + level + "/confusion")});
  if (shown.empty()) throw Error("metrics.json has no confusion: no classes were matched");
  return shown.size() == 1 ? shown[0].content : views("confusion-of", shown);
} catch (const json::exception&) {
  throw Error("this is not as evaluate writes it", results.metrics_file.string(), "Run evaluate again");
}

}  // namespace cytoscale::page
