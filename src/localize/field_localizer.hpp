// Localizes what a network sees in one field after the other: files for each, and figures. Collective: no.
#pragma once
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/ids.hpp"
#include "localize/ground_truth.hpp"
#include "localize/localize_field.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::localize {

struct LocalizerOptions {
  std::filesystem::path folder;  // gets masks/, locations/ and overlays/, a file NAME_OF_FIELD each
  std::string label;             // a label, "predicted" or "all"
  // A field that shows the label with a lower probability has no regions; not of "predicted" or "all".
  double least_probability = 0.5;
  LocalizeOptions localize;
  int overlays = 20;                  // fields drawn, evenly over the screen
  double pixel_um = 0;                // of scale bars; 0: what the images say, else bars are in px
  std::string truth_masks;            // pattern of file names, not 0 where something is; empty: none
  bool otsu_truth = false;            // instead: what is above Otsu's threshold
  std::string truth_channel;          // otsu: of this channel; empty: the first
  std::filesystem::path truth_boxes;  // as read_boxes(); empty: none
  std::string truth_target;
  bool has_truth_masks() const { return otsu_truth || !truth_masks.empty(); }
  void validate() const;  // throws Error
};

// PLATE_WELL_sSITE, with _ for /; where fields would share one (plate A_1, well B; plate A, well 1_B), the
// later ones have ~2, ~3, … behind it.
std::vector<std::string> file_names_of(const screen::Screen& screen);

class FieldLocalizer {
 public:
  // `labels`: the network's. Both tables must outlive it. Throws Error: truth that cannot be read or, as far
  // as headers tell, is not of its field's size.
  FieldLocalizer(const screen::Screen& screen, const store::CellTable& fields,
                 const std::vector<std::string>& labels, const LocalizerOptions& options);

  // What is kept of a field: each label's probability (layer "class"); regions, covered (share of the
  // pixels); with truth iou, or true_positives, false_negatives, false_positives, true_negatives (layer
  // "localization").
  const std::vector<std::string>& names() const { return names_; }
  const std::vector<std::string>& layers() const { return layers_; }
  // picture: [C][H][W]; features: the probabilities, then [H][W] evidence. Writes the field's files. Throws
  // Error.
  std::vector<float> work(FieldId field, std::span<const float> picture,
                          std::span<const float> features) const;

 private:
  void check_masks() const;
  std::vector<std::uint8_t> true_mask(FieldId field, image::PictureSize size,
                                      std::span<const float> picture) const;
  void write_files(FieldId field, std::span<const float> picture, const Regions& regions,
                   std::span<const std::uint8_t> truth) const;

  const screen::Screen& screen_;
  const store::CellTable& fields_;
  LocalizerOptions options_;
  std::size_t labels_, label_ = 0;  // count; the one asked about
  bool one_label_ = false;
  std::vector<std::string> names_, layers_, file_names_;
  std::set<std::size_t> drawn_;
  std::map<std::size_t, std::vector<TruthBox>> boxes_;
};

// Over all fields of a file that keeps what work() returned: {"fields", "regions", "mean_iou", "boxes":
// {"true_positives", "false_negatives", "false_positives", "true_negatives", "precision", "recall",
// "accuracy"}}, as far as there is truth. Serial.
nlohmann::json localization_summary(const std::filesystem::path& localizations);

}  // namespace cytoscale::localize
