#include "settings/localization_settings.hpp"

#include "core/error.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

LocalizeSettings::LocalizeSettings() : EncodeSettings("localize", "localizations.h5ad") {
  encoding.over_fields = true;
  encoding.encoder.classes = true;
}

void LocalizeSettings::declare(cli::OptionSet& options) {
  declare_output(options, output);
  declare_model(options, "folder or .safetensors file of the weights (default: OUTPUT/model)");
  declare_files(options, "localizations");
  options.add("scores", scores, "figures to write (default: OUTPUT/localization.json)").output();
  declare_evidence(options);
  declare_regions(options);
  declare_truth(options);
  declare_machine(options);
}

void LocalizeSettings::declare_evidence(cli::OptionSet& options) {
  auto& encoder = encoding.encoder;
  options.group("Evidence");
  options.add("label", encoder.evidence, "a label of the model, predicted or all").value("NAME");
  options.add("evidence", encoder.evidence_kind, "gradient or rectified (default: as the network's paper)")
      .value("HOW");
  options
      .add("evidence-margin", encoder.evidence_margin_px,
           "the field goes on this far beyond its edges as its mirror image, while evidence is sought")
      .value("PX");
  options
      .add("least-probability", localizer.least_probability,
           "a field that shows the label with less has no regions")
      .value("P");
  options.add("evidence-smoothing", localizer.localize.smoothing_px, "sigma of a Gaussian over the evidence")
      .value("PX");
}

void LocalizeSettings::declare_regions(cli::OptionSet& options) {
  options.group("Regions");
  auto& l = localizer.localize;
  options.add("mask", mask, "peaks, mrf or auto: mrf for mil_cnn, else peaks", "auto").value("HOW");
  options.add("evidence-threshold", l.threshold,
              "peaks: share of the highest peak that one must reach; mrf: of the 99th percentile, a pixel");
  options.add("peak-distance", l.peak_distance_px, "of two nearer peaks the lower is none").value("PX");
  options.add("peak-extent", l.extent, "share of a peak's height down to which its region reaches");
  options.add("peak-reach", l.reach_px, "and how far (0: any distance)").value("PX");
  options.add("mrf-confidence", l.confidence, "how likely a pixel is what the threshold says").value("P");
  options.add("mrf-coupling", l.mrf.coupling, "log of how much likelier neighbors of one state are");
  options.add("mrf-contrast", l.mrf.contrast,
              "neighbors whose brightness (as rescaled) differs by much more need not agree (0: all agree)");
  options.add("mrf-brightness", l.brightness,
              "weight of how much likelier a pixel's brightness is among those above the threshold");
  options.add("mrf-iterations", l.mrf.iterations, "of belief propagation");
  options.add("min-region-area", l.min_area_px, "smaller regions are left out").value("PX");
  options.add("overlays", localizer.overlays, "fields to draw, evenly over the screen");
  declare_pixel_size(options, localizer.pixel_um);
}

void LocalizeSettings::declare_truth(cli::OptionSet& options) {
  options.group("Truth");
  cli::Option masks;
  masks.key = "truth-masks";
  masks.help =
      "masks of what is there, file names with {Plate}, {Well}, {Site}; or otsu: pixels above Otsu's "
      "threshold";
  masks.value_name = "PATTERN";
  masks.set = [this](const std::string& text) {
    localizer.otsu_truth = text == "otsu";
    localizer.truth_masks = localizer.otsu_truth ? "" : text;
  };
  masks.get = [this] { return localizer.otsu_truth ? "otsu" : localizer.truth_masks; };
  options.add(std::move(masks));
  options.add("truth-channel", localizer.truth_channel, "otsu: of this channel (default: the first)")
      .value("NAME");
  options.add("truth-boxes", localizer.truth_boxes, "boxes of objects, as simulate-shapes writes truth.csv");
  options.add("truth-target", localizer.truth_target, "which of them are to be found").value("COL=VAL");
}

void LocalizeSettings::resolve() {
  EncodeSettings::resolve();
  auto& evidence = encoding.encoder.evidence;
  if (is_untrained()) throw Error("an untrained network sees nothing", "option --model", "Train one first");
  if (evidence.empty()) evidence = "predicted";
  localizer.label = evidence;
  localizer.folder = output / "localization";
  if (scores.empty()) scores = output / "localization.json";
  localizer.validate();
}

localize::ScreenLocalization LocalizeSettings::at_hand(const mpi::Communicator& comm) const {
  return {EncodeSettings::at_hand(comm), localizer, mask, scores};
}

}  // namespace cytoscale::settings
