// Pictures of some fields with the outlines of the cells that were found there.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "chart/palette.hpp"
#include "core/random.hpp"
#include "core/text/text.hpp"
#include "image/field_image.hpp"
#include "image/io/jpeg.hpp"
#include "image/picture.hpp"
#include "image/scale_bar.hpp"
#include "image/segment/label_mask.hpp"
#include "page/dropped.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"
#include "prepare/segment_screen.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::page {
namespace {

constexpr int most_px = 440;  // of a picture's longer side
constexpr image::Color white = {255, 255, 255}, yellow = {255, 200, 0}, blue = {86, 180, 233};

struct Shown {
  FieldId field;
  std::string why;
};

// Those that are out of the ordinary, then some at random.
std::vector<Shown> choose(const store::CellTable& cells, const std::vector<LeftOut>& gone, int count,
                          std::uint64_t seed) {
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
  if (const auto most = by([&](auto f) { return -gone[f].cells; }); gone[most].cells > 0)
    add(most, "most cells left out");
  add(by([&](auto f) { return cells.cells_of(FieldId(f)) + gone[f].cells; }), "fewest cells");
  add(by([&](auto f) { return -cells.cells_of(FieldId(f)); }), "most cells");
  const auto focus = cells.focus_score.all(), saturated = cells.saturated_fraction.all();
  add(by([&](auto f) { return quality(focus, f, true); }), "least in focus");
  if (const auto most = by([&](auto f) { return -quality(saturated, f, false); });
      quality(saturated, most, false) > 0)
    add(most, "most saturated");
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

// Which pixels are of cells, and which of what quality control left out. Empty where nothing is known.
struct Outlines {
  std::vector<std::int32_t> cells, left_out;  // [H][W]; 0 background
};

bool at_place(const image::Nucleus& nucleus, float y, float x) {
  return std::abs(nucleus.y - y) < 0.01f && std::abs(nucleus.x - x) < 0.01f;
}

// Was segment given its cells, as masks or places?
bool cells_were_given(const Results& results) {
  for (const auto& [file, provenance] : results.provenances)
    if (provenance.value("job", "") == "segment" && provenance.contains("inputs"))
      return provenance["inputs"].contains("masks") || provenance["inputs"].contains("locations");
  return false;
}

// By the masks, or else by segmenting again, where all cells of the table are found in them; both are by y,
// then x.
Outlines outlines_of(const Results& results, const image::Plane& dna, FieldId field, const std::string& masks,
                     const image::SegmentOptions& options) {
  const auto& cells = results.cells.get();
  if (masks.empty() && cells_were_given(results)) return {};
  const auto found =
      masks.empty()
          ? image::segment_nuclei(dna, options)
          : image::measure_labels(image::read_label_mask(results.screen.get().fill(masks, field)), dna);
  std::vector<std::int32_t> kept(found.nuclei.size() + 1);
  const auto y = cells.of_field(cells.y, field), x = cells.of_field(cells.x, field);
  std::size_t cell = 0;
  for (std::size_t i = 0; i < found.nuclei.size() && cell < y.size(); ++i)
    if (at_place(found.nuclei[i], y[cell], x[cell])) kept[i + 1] = 1, ++cell;
  if (cell < y.size()) return {};
  Outlines outlines;
  for (const auto label : found.labels) {
    const bool cell_here = label > 0 && kept[static_cast<std::size_t>(label)];
    outlines.cells.push_back(cell_here ? label : 0);
    outlines.left_out.push_back(cell_here ? 0 : label);
  }
  return outlines;
}

// Every square of `step` pixels a side becomes one: its mean, and the labels in its middle.
struct Small {
  image::PictureSize size;
  std::vector<float> pixels;
  Outlines outlines;
};
Small shrunk(const image::Plane& plane, const Outlines& outlines, int step) {
  Small small{{plane.height / step, plane.width / step}, {}, {}};
  for (int y = 0; y < small.size.height; ++y)
    for (int x = 0; x < small.size.width; ++x) {
      float sum = 0;
      for (int v = 0; v < step; ++v)
        for (int u = 0; u < step; ++u) sum += plane.at(y * step + v, x * step + u);
      small.pixels.push_back(sum / static_cast<float>(step * step));
      const auto middle = plane.index(y * step + step / 2, x * step + step / 2);
      if (outlines.cells.empty()) continue;
      small.outlines.cells.push_back(outlines.cells[middle]);
      small.outlines.left_out.push_back(outlines.left_out[middle]);
    }
  return small;
}

std::string picture(const Small& small, int step, const store::CellTable& cells, FieldId field,
                    std::optional<double> pixel_um, const std::string& label) {
  const image::Stretch stretch = image::stretch_of(small.pixels);
  auto rgb = image::in_colors(small.pixels, {&stretch, 1}, {&white, 1});
  std::string marks;
  if (!small.outlines.cells.empty()) {
    image::draw_outlines(small.outlines.left_out, small.size, blue, rgb);
    image::draw_outlines(small.outlines.cells, small.size, yellow, rgb);
  } else {
    const auto y = cells.of_field(cells.y, field), x = cells.of_field(cells.x, field),
               area = cells.of_field(cells.area_px, field);
    for (std::size_t cell = 0; cell < y.size(); ++cell)
      marks += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"none\" stroke=\"#ffc800\"/>",
          (x[cell] + 0.5f) / static_cast<float>(step), (y[cell] + 0.5f) / static_cast<float>(step),
          std::max(1.5f, std::sqrt(area[cell] / 3.14159f) / static_cast<float>(step)));
  }
  const auto jpeg = image::jpeg_of(small.size.height, small.size.width, 3, rgb, 82);
  const auto bar = image::scale_bar(small.size.width * step, pixel_um);
  const double drawn = bar.length_px / step, bottom = small.size.height - 10.0;
  marks += fmt::format(
      "<rect x=\"8\" y=\"{}\" width=\"{:.1f}\" height=\"3\" fill=\"#fff\" stroke=\"#000\" "
      "stroke-width=\".5\"/>",
      bottom, drawn);
  marks += chart::text_at(8, bottom - 5, chart::Anchor::start, bar.text,
                          "fill=\"#fff\" stroke=\"#000\" stroke-width=\"2\" paint-order=\"stroke\"");
  return chart::drawing(small.size.width, small.size.height,
                        fmt::format("<image width=\"{}\" height=\"{}\" href=\"{}\"/>\n{}\n", small.size.width,
                                    small.size.height, data_uri("image/jpeg", jpeg), marks),
                        label);
}

bool is_set(std::int32_t label) {
  return label != 0;
}

std::string counts_text(const store::CellTable& cells, FieldId field, const LeftOut& gone) {
  auto text = count_text(static_cast<std::uint64_t>(cells.cells_of(field))) + " cells";
  if (gone.cells > 0)
    text += fmt::format("; {} left out: {}", count_text(static_cast<std::uint64_t>(gone.cells)),
                        join(gone.reasons, ", "));
  return text;
}

std::string outline_legend(bool left_out) {
  const auto entry = [](const image::Color& color, const char* text) {
    return fmt::format(
        "<li><svg width=\"14\" height=\"12\" aria-hidden=\"true\"><rect x=\"1.5\" y=\"1.5\" width=\"11\" "
        "height=\"9\" fill=\"#444\" stroke=\"{}\" stroke-width=\"2\"/></svg>{}</li>",
        chart::hex({color[0], color[1], color[2]}), text);
  };
  return "<ul class=\"legend\">" + entry(yellow, "cells") +
         (left_out ? entry(blue, "found, and left out by quality control") : "") + "</ul>\n";
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
  Part<std::vector<prepare::Dropped>> dropped;
  dropped.read([&] { return dropped_of(results); });
  const auto gone =
      left_out_by_field(dropped ? dropped.get() : std::vector<prepare::Dropped>(), cells.fields());
  std::string html = "<div class=\"row small\">";
  bool circles = false, left_out = false;
  for (const auto& [field, why] : choose(cells, gone, options.fields, options.seed)) {
    const auto name = screen.name(field);
    try {
      const auto& images = screen.fields[field].images;
      auto plane = image::read_field({&images[dna], 1}).copy_plane(0);
      if (const auto gain = gains.of(screen.fields[field].plate))
        image::correct(plane, *gain, static_cast<int>(dna));
      const auto outlines = outlines_of(results, plane, field, options.masks, nuclei);
      circles = circles || (outlines.cells.empty() && cells.cells_of(field) > 0);
      left_out = left_out || std::any_of(outlines.left_out.begin(), outlines.left_out.end(), is_set);
      const int step = std::max(1, (std::max(plane.height, plane.width) + most_px - 1) / most_px);
      const auto small = shrunk(plane, outlines, step);
      const auto um =
          options.pixel_um > 0 ? std::optional(options.pixel_um) : image::pixel_um_of(images[dna]);
      html += fmt::format("<figure style=\"width:{}px\">{}<figcaption>{}</figcaption></figure>\n",
                          std::max(200, small.size.width), picture(small, step, cells, field, um, name),
                          escaped(name + ": " + why + " (" + counts_text(cells, field, gone[field]) + ")"));
    } catch (const Error& error) {
      html += note(name + ": " + error.what());
    }
  }
  html += "</div>\n" +
          note("Channel " + screen.channels[dna] + ", each field from its 1st to its 99.8th percentile.") +
          outline_legend(left_out);
  if (circles)
    html += note(cells_were_given(results) && options.masks.empty()
                     ? "Circles: cells that segment was given; their areas are right, not their outlines. "
                       "--masks shows label masks."
                     : "Circles: cells that were not found by segment as its options stand; their areas are "
                       "right, not their outlines.");
  return html;
}

}  // namespace cytoscale::page
