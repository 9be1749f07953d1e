#include "localize/field_localizer.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/table/csv.hpp"
#include "core/text/text.hpp"
#include "image/filter/levels.hpp"
#include "image/io/png.hpp"
#include "image/io/tiff.hpp"
#include "image/size_text.hpp"
#include "localize/overlay.hpp"

namespace cytoscale::localize {
namespace {

constexpr std::size_t most_regions = 65535;  // that a mask of 16 bits tells apart

Table region_table(const Regions& regions) {
  Table table{{"ObjectNumber", "Location_Center_X", "Location_Center_Y", "AreaShape_Area", "box_top",
               "box_left", "box_bottom", "box_right", "evidence"},
              {}};
  for (std::size_t i = 0; i < regions.regions.size(); ++i) {
    const auto& r = regions.regions[i];
    table.rows.push_back({std::to_string(i + 1), number_text(r.x), number_text(r.y),
                          std::to_string(r.area_px), std::to_string(r.top), std::to_string(r.left),
                          std::to_string(r.bottom), std::to_string(r.right), number_text(r.evidence)});
  }
  return table;
}

// The mean over channels.
image::Plane guide_of(std::span<const float> picture, image::PictureSize size) {
  image::Plane guide(size.height, size.width);
  const auto pixels = size.pixels();
  const auto channels = picture.size() / pixels;
  for (std::size_t i = 0; i < picture.size(); ++i)
    guide.pixels[i % pixels] += picture[i] / static_cast<float>(channels);
  return guide;
}

}  // namespace

std::vector<std::string> file_names_of(const screen::Screen& screen) {
  std::vector<std::string> names;
  std::map<std::string, int> seen;
  const auto& fields = screen.fields;
  TextColumn::Cursor plate(fields.plates()), well(fields.wells()), site(fields.sites());
  for (std::size_t f = 0; f < fields.size(); ++f) {
    std::string name(plate.next());
    name.append("_").append(well.next()).append("_s").append(site.next());
    std::replace(name.begin(), name.end(), '/', '_');
    while (const int before = seen[name]++) name += "~" + std::to_string(before + 1);
    names.push_back(std::move(name));
  }
  return names;
}

void LocalizerOptions::validate() const {
  localize.validate();
  if (label.empty()) throw Error("is empty", "--label", "Give a label, predicted or all");
  if (!(least_probability >= 0 && least_probability <= 1))
    throw Error("must be from 0 to 1", "--least-probability");
  if (overlays < 0) throw Error("must be 0 or more", "--overlays");
  image::validate_pixel_size(pixel_um);
  if (truth_boxes.empty() != truth_target.empty())
    throw Error("boxes and what is to be found among them go together", "--truth-boxes",
                "Give both --truth-boxes FILE and --truth-target COLUMN=VALUE");
}

FieldLocalizer::FieldLocalizer(const screen::Screen& screen, const store::CellTable& fields,
                               const std::vector<std::string>& labels, const LocalizerOptions& options)
    : screen_(screen),
      fields_(fields),
      options_(options),
      labels_(labels.size()),
      names_(labels),
      file_names_(file_names_of(screen)) {
  const auto at = std::find(labels.begin(), labels.end(), options.label);
  one_label_ = at != labels.end();
  label_ = one_label_ ? static_cast<std::size_t>(at - labels.begin()) : 0;
  layers_.assign(labels.size(), "class");
  const auto add = [&](std::initializer_list<const char*> more) {
    names_.insert(names_.end(), more.begin(), more.end());
    layers_.resize(names_.size(), "localization");
  };
  add({"regions", "covered"});
  if (options.has_truth_masks()) add({"iou"});
  if (!options.truth_boxes.empty()) {
    add({"true_positives", "false_negatives", "false_positives", "true_negatives"});
    boxes_ = read_boxes(options.truth_boxes, options.truth_target, screen);
  }
  const auto count = std::min(screen.fields.size(), static_cast<std::size_t>(options.overlays));
  for (std::size_t i = 0; i < count; ++i) drawn_.insert(i * screen.fields.size() / count);
  check_masks();
}

void FieldLocalizer::check_masks() const {
  if (options_.otsu_truth) {
    if (!options_.truth_channel.empty()) (void)screen_.channel(options_.truth_channel);
    return;
  }
  for (FieldId f; f < screen_.fields.size() && !options_.truth_masks.empty(); ++f) {
    if (fields_.failed[f]) continue;
    const auto path = screen_.fill(options_.truth_masks, f);
    const auto info = image::inspect_image({path});
    const image::PictureSize mask(info.height, info.width), field(fields_.height[f], fields_.width[f]);
    if (mask != field)
      throw Error("the mask is of " + image::size_text(mask) + ", its field of " + image::size_text(field),
                  path, "Give masks of the fields' size with --truth-masks");
  }
}

std::vector<std::uint8_t> FieldLocalizer::true_mask(FieldId field, image::PictureSize size,
                                                    std::span<const float> picture) const {
  std::vector<std::uint8_t> mask;
  if (options_.otsu_truth) {
    const auto c = options_.truth_channel.empty() ? 0 : screen_.channel(options_.truth_channel);
    const auto plane = picture.subspan(c * size.pixels(), size.pixels());
    const auto [low, high] = std::minmax_element(plane.begin(), plane.end());
    const float threshold = *low < *high ? image::otsu_threshold(plane, *low, *high) : *high;
    for (const float value : plane) mask.push_back(value > threshold);
  } else if (!options_.truth_masks.empty()) {
    for (const float value : image::to_float(image::read_raw({screen_.fill(options_.truth_masks, field)},
                                                             image::Values::as_stored))
                                 .pixels)
      mask.push_back(value != 0);
  }
  return mask;
}

void FieldLocalizer::write_files(FieldId field, std::span<const float> picture, const Regions& regions,
                                 std::span<const std::uint8_t> truth) const {
  const auto& name = file_names_[field];
  if (regions.regions.size() > most_regions)
    throw Error("there are " + count_text(regions.regions.size()) + " regions, more than a mask can number",
                screen_.name(field), "Leave out small ones with --min-region-area");
  const auto [height, width] = std::pair(regions.size.height, regions.size.width);
  std::vector<std::uint16_t> labels(regions.labels.begin(), regions.labels.end());
  image::write_tiff(options_.folder / "masks" / (name + ".tif"), height, width, labels);
  write_csv(options_.folder / "locations" / (name + ".csv"), region_table(regions));
  if (!drawn_.contains(field)) return;
  const auto um = options_.pixel_um > 0 ? std::optional(options_.pixel_um)
                                        : image::pixel_um_of(screen_.fields[field].images[0]);
  const auto found = "found: " + (options_.label == "all" ? "all labels" : options_.label);
  const auto drawn =
      with_legend(overlay(picture, static_cast<int>(screen_.channels.size()), regions, truth), regions.size,
                  image::scale_bar(width, um), overlay_legend(screen_.channels, found, !truth.empty()));
  image::write_png(options_.folder / "overlays" / (name + ".png"), drawn.size.height, drawn.size.width, 3,
                   drawn.rgb);
}

std::vector<float> FieldLocalizer::work(FieldId field, std::span<const float> picture,
                                        std::span<const float> features) const {
  image::Plane evidence(fields_.height[field], fields_.width[field]);
  const image::PictureSize size(evidence.height, evidence.width);
  std::copy(features.begin() + static_cast<std::ptrdiff_t>(labels_), features.end(), evidence.pixels.begin());
  if (one_label_ && features[label_] < options_.least_probability)
    std::fill(evidence.pixels.begin(), evidence.pixels.end(), 0.0f);
  const auto guide = options_.localize.guided() ? guide_of(picture, size) : image::Plane();
  const auto regions = cytoscale::localize::localize(evidence, guide, options_.localize);
  const auto truth = true_mask(field, size, picture);
  write_files(field, picture, regions, truth);

  std::vector<float> kept(features.begin(), features.begin() + static_cast<std::ptrdiff_t>(labels_));
  const auto set = std::count_if(regions.labels.begin(), regions.labels.end(), [](auto l) { return l != 0; });
  kept.push_back(static_cast<float>(regions.regions.size()));
  kept.push_back(static_cast<float>(set) / static_cast<float>(size.pixels()));
  if (!truth.empty()) kept.push_back(static_cast<float>(intersection_over_union(regions.labels, truth)));
  if (!options_.truth_boxes.empty()) {
    const auto boxes = boxes_.find(field);
    const auto score = boxes == boxes_.end() ? BoxScore{} : score_boxes(regions, boxes->second);
    for (const auto count :
         {score.true_positives, score.false_negatives, score.false_positives, score.true_negatives})
      kept.push_back(static_cast<float>(count));
  }
  return kept;
}

}  // namespace cytoscale::localize
