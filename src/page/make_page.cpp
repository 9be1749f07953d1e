#include "page/make_page.hpp"

#include <fmt/format.h>

#include "core/system/stop_request.hpp"
#include "core/text/text.hpp"
#include "core/version.hpp"
#include "image/scale_bar.hpp"
#include "page/html.hpp"

namespace cytoscale::page {
namespace {

struct Maker {
  const char *id, *title;
  std::string (*make)(const Results&, const PageOptions&);  // nothing: the maps, which are files, too
};

constexpr Maker makers[] = {
    {"scores", "Scores", scores_section},
    {"run", "What was run", run_section},
    {"plates", "Plates", plates_section},
    {"quality", "Quality control", quality_section},
    {"fields", "Fields and cells", fields_section},
    {"training", "Training", training_section},
    {"confusion", "Confusion", confusion_section},
    {"layers", "Layers", sweep_section},
    {"maps", "Maps", nullptr},
    {"similarity", "Similarity of treatments", similarity_section},
    {"neighbors", "Nearest neighbors", neighbors_section},
    {"batches", "Batches and plates", batch_section},
    {"localization", "Localization", overlays_section},
};

std::string tile(const std::string& number, const std::string& what) {
  return "<div class=\"tile\"><b>" + number + "</b><span>" + escaped(what) + "</span></div>";
}

std::string tiles(const Results& results) {
  std::string html = "<div class=\"tiles\">";
  if (results.fields) {
    const auto& fields = results.fields.get();
    const auto plate = fields.find("Metadata_Plate");
    const auto plates = plate ? fields.rows.column(*plate).codes().texts.size() : 0;
    html += tile(count_text(plates), plates == 1 ? "plate" : "plates");
    html += tile(count_text(fields.rows.size()), "fields");
  }
  if (results.cells)
    html += tile(count_text(static_cast<std::uint64_t>(results.cells.get().cells())), "cells");
  if (results.metrics) {
    const auto& metrics = results.metrics.get();
    for (const char* key : {"wells", "treatments", "features"})
      if (metrics.contains(key) && metrics[key].is_number())
        html += tile(figure_of(std::string("/") + key, metrics[key].get<double>(),
                               count_text(metrics[key].get<std::uint64_t>())),
                     key);
  }
  return html + "</div>\n";
}

}  // namespace

void PageOptions::validate() const {
  if (fields < 0 || fields > 60)
    throw Error("not a number of fields from 0 to 60", "--report-fields", "Show fewer");
  if (cells < 0 || cells > 5000)
    throw Error("not a number of cells from 0 to 5000", "--report-cells", "Sample fewer");
  image::validate_pixel_size(pixel_um);
  if (!(perplexity >= 1 && perplexity <= 500))
    throw Error("not a perplexity from 1 to 500", "--perplexity", "30 is usual");
}

Page make_page(const Results& results, const PageOptions& options) {
  Page page;
  std::vector<PageSection> sections;
  std::string absent;
  page.maps = make_point_maps(results, options);
  for (const auto& maker : makers) {
    heed_stop_request();
    try {
      sections.push_back(
          {maker.id, maker.title, maker.make ? maker.make(results, options) : maps_section(page.maps)});
    } catch (const Error& error) {
      page.left_out.push_back(std::string(maker.title) + ": " + error.what());
      absent += "<p class=\"absent\">" + escaped(page.left_out.back()) + "</p>\n";
    }
  }
  if (!absent.empty()) sections.push_back({"left-out", "Left out", absent});
  const auto folder = std::filesystem::absolute(results.output).lexically_normal();
  const auto name = (folder.has_filename() ? folder : folder.parent_path()).filename().string();
  page.html = whole_page("Report: " + name, tiles(results), sections,
                         note("Made by cytoscale " + version_text() + "."));
  return page;
}

}  // namespace cytoscale::page
