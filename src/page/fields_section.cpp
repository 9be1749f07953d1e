// Pictures of some fields with the outlines of the cells that were found there.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/random.hpp"
#include "core/text/text.hpp"
#include "image/field_image.hpp"
#include "image/io/jpeg.hpp"
#include "image/picture.hpp"
#include "page/html.hpp"
#include "page/sections.hpp"
#include "prepare/segment_screen.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::page {
namespace {

constexpr int most_px = 440;  // of a picture's longer side
constexpr image::Color white = {255, 255, 255}, yellow = {255, 200, 0};

struct Shown {
  FieldId field;
  std::string why;
};

// Those that are out of the ordinary, then some at random.
std::vector<Shown> choose(const store::CellTable& cells, int count, std::uint64_t seed) {
  std::vector<std::size_t> read;
  for (std::size_t f = 0; f < cells.fields(); ++f)
    if (!cells.failed[f]) read.push_back(f);
  if (read.empty()) throw Error("no field could be read");
  std::vector<Shown> shown;
  const auto add = [&](std::size_t field, const std::string& why) {
    const auto at =
        std::find_if(shown.begin(), shown.end(), [&](const Shown& s) { return s.field == field; });
    if (at != shown.end() && why != "at random") at->why += ", " + why;
    if (at == shown.end() && shown.size() < static_cast<std::size_t>(count))
      shown.push_back({FieldId(field), why});
  };
  const auto by = [&](const auto& key) {
    return *std::min_element(read.begin(), read.end(), [&](auto a, auto b) { return key(a) < key(b); });
  };
  const auto channels = cells.channels.size();
  const auto quality = [&](const std::vector<float>& of, std::size_t f, bool least) {
    double value = least ? 1e300 : -1e300;
    for (std::size_t c = 0; c < channels; ++c) {
      const double one = of[f * channels + c];
      if (std::isfinite(one)) value = least ? std::min(value, one) : std::max(value, one);
    }
    return value;
  };
  add(by([&](auto f) { return cells.cells_of(FieldId(f)); }), "fewest cells");
  add(by([&](auto f) { return -cells.cells_of(FieldId(f)); }), "most cells");
  add(by([&](auto f) { return quality(cells.focus_score, f, true); }), "least in focus");
  add(by([&](auto f) { return -quality(cells.saturated_fraction, f, false); }), "most saturated");
  Random random(seed, stream_key("fields of the report"));
  for (int tries = 0;
       tries < 20 * count && shown.size() < std::min(read.size(), static_cast<std::size_t>(count)); ++tries)
    add(read[random.below(read.size())], "at random");
  return shown;
}

image::SegmentOptions segmentation_of(const Results& results) {
  image::SegmentOptions nuclei;
  const auto take = [&](const char* key, double& value) {
    value = to_number(results.option("segment", key, "")).value_or(value);
  };
  take("nucleus-smoothing", nuclei.smoothing_px);
  take("nucleus-diameter", nuclei.nucleus_diameter_px);
  take("threshold-scale", nuclei.threshold_scale);
  take("split-ratio", nuclei.split_ratio);
  take("min-nucleus-area", nuclei.min_area_px);
  take("max-nucleus-area", nuclei.max_area_px);
  nuclei.validate();
  return nuclei;
}

// Labels of the cells, where segmenting again finds those of the table; else nothing.
std::vector<std::int32_t> labels_of(const image::Plane& dna, const store::CellTable& cells, FieldId field,
                                    const image::SegmentOptions& options) {
  auto found = image::segment_nuclei(dna, options);
  if (static_cast<std::int64_t>(found.nuclei.size()) != cells.cells_of(field)) return {};
  for (std::size_t i = 0; i < found.nuclei.size(); ++i) {
    const auto cell = static_cast<std::size_t>(cells.first_cell[field]) + i;
    if (std::abs(found.nuclei[i].y - cells.y[cell]) > 0.01f ||
        std::abs(found.nuclei[i].x - cells.x[cell]) > 0.01f)
      return {};
  }
  return std::move(found.labels);
}

// Every square of `step` pixels a side becomes one: its mean, and the label in its middle.
struct Small {
  image::PictureSize size;
  std::vector<float> pixels;
  std::vector<std::int32_t> labels;
};
Small shrunk(const image::Plane& plane, const std::vector<std::int32_t>& labels, int step) {
  Small small{{plane.height / step, plane.width / step}, {}, {}};
  for (int y = 0; y < small.size.height; ++y)
    for (int x = 0; x < small.size.width; ++x) {
      float sum = 0;
      for (int v = 0; v < step; ++v)
        for (int u = 0; u < step; ++u) sum += plane.at(y * step + v, x * step + u);
      small.pixels.push_back(sum / static_cast<float>(step * step));
      if (!labels.empty())
        small.labels.push_back(labels[plane.index(y * step + step / 2, x * step + step / 2)]);
    }
  return small;
}

// A round number of px that is about a quarter of the width.
int scale_bar(int width_px) {
  int bar = 1;
  for (const int each : {5, 10, 20, 50, 100, 200, 500, 1000})
    if (each <= width_px / 4) bar = each;
  return bar;
}

std::string picture(const Small& small, int step, const store::CellTable& cells, FieldId field,
                    const std::string& label) {
  const image::Stretch stretch = image::stretch_of(small.pixels);
  auto rgb = image::in_colors(small.pixels, {&stretch, 1}, {&white, 1});
  std::string marks;
  if (!small.labels.empty()) {
    image::draw_outlines(small.labels, small.size, yellow, rgb);
  } else {
    for (auto cell = static_cast<std::size_t>(cells.first_cell[field]);
         cell < static_cast<std::size_t>(cells.first_cell[field + 1]); ++cell)
      marks +=
          fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"none\" stroke=\"#ffc800\"/>",
                      (cells.x[cell] + 0.5f) / static_cast<float>(step),
                      (cells.y[cell] + 0.5f) / static_cast<float>(step),
                      std::max(1.5f, std::sqrt(cells.area_px[cell] / 3.14159f) / static_cast<float>(step)));
  }
  const auto jpeg = image::jpeg_of(small.size.height, small.size.width, 3, rgb, 82);
  const int bar = scale_bar(small.size.width * step);
  const double drawn = static_cast<double>(bar) / step, bottom = small.size.height - 10.0;
  marks += fmt::format(
      "<rect x=\"8\" y=\"{}\" width=\"{:.1f}\" height=\"3\" fill=\"#fff\" stroke=\"#000\" "
      "stroke-width=\".5\"/>",
      bottom, drawn);
  marks += chart::text_at(8, bottom - 5, chart::Anchor::start, std::to_string(bar) + " px",
                          "fill=\"#fff\" stroke=\"#000\" stroke-width=\"2\" paint-order=\"stroke\"");
  return chart::drawing(small.size.width, small.size.height,
                        fmt::format("<image width=\"{}\" height=\"{}\" href=\"{}\"/>\n{}\n", small.size.width,
                                    small.size.height, data_uri("image/jpeg", jpeg), marks),
                        label);
}

}  // namespace

std::string fields_section(const Results& results, const PageOptions& options) {
  if (options.fields == 0) throw Error("none were asked for", "--report-fields");
  const auto& screen = results.screen.get();
  const auto& cells = results.cells.get();
  const auto dna = prepare::dna_channel(screen, results.option("segment", "dna-channel", ""));
  const auto nuclei = segmentation_of(results);
  const auto file = results.output / "illumination.h5";
  store::PlateIllumination gains(std::filesystem::exists(file) ? file : std::filesystem::path(), screen);
  std::string html = "<div class=\"row\">";
  bool circles = false;
  for (const auto& [field, why] : choose(cells, options.fields, options.seed)) {
    const auto name = screen.name(field);
    try {
      auto plane = image::read_field({&screen.fields[field].images[dna], 1}).copy_plane(0);
      if (const auto gain = gains.of(screen.fields[field].plate))
        image::correct(plane, *gain, static_cast<int>(dna));
      const auto labels = labels_of(plane, cells, field, nuclei);
      circles = circles || (labels.empty() && cells.cells_of(field) > 0);
      const int step = std::max(1, (std::max(plane.height, plane.width) + most_px - 1) / most_px);
      const auto small = shrunk(plane, labels, step);
      html += fmt::format("<figure style=\"width:{}px\">{}<figcaption>{}</figcaption></figure>\n",
                          std::max(200, small.size.width), picture(small, step, cells, field, name),
                          escaped(fmt::format("{}: {} ({} cells)", name, why, cells.cells_of(field))));
    } catch (const Error& error) {
      html += note(name + ": " + error.what());
    }
  }
  html += "</div>\n" +
          note("Channel " + screen.channels[dna] + ", each field from its 1st to its 99.8th percentile.");
  if (circles)
    html += note(
        "Circles: cells that were not found by segment as its options stand; their areas are right, not "
        "their outlines.");
  return html;
}

}  // namespace cytoscale::page
