// localize: where in a field a network sees a label.
#include <iostream>

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "core/text/text.hpp"
#include "jobs/shared/encode_job.hpp"
#include "localize/field_localizer.hpp"
#include "mpi/agree.hpp"
#include "network/model_file.hpp"

namespace cytoscale::jobs {
namespace {

class LocalizeJob final : public EncodeJob {
 public:
  LocalizeJob() : EncodeJob("localizations.h5ad") { encoder_.classes = true; }
  std::string name() const override { return "localize"; }
  std::string summary() const override {
    return "where in a field a network sees a label: masks, locations, overlays";
  }
  std::string description() const override;
  void declare(cli::OptionSet& options) override;
  void resolve() override;
  pipeline::ScreenUse screen_use() const override;

 private:
  bool over_fields() const override { return true; }
  std::map<std::string, std::filesystem::path> sources() const override;
  void ready(const screen::Screen& screen, const store::CellTable& fields, const embed::Encoder& encoder,
             embed::EmbedOptions& options) override;
  void report(const mpi::RunContext& context, const embed::EmbedResult& result,
              double seconds) const override;

  localize::LocalizerOptions localizer_;
  std::string mask_ = "auto";
  std::filesystem::path scores_;
};

std::string LocalizeJob::description() const {
  return "Asks a network over whole fields (mil_cnn, wscnn4, wscnn6) where it sees --label. What its class "
         "map holds is sent back through the layers to the pixels: as a gradient whose size counts "
         "(--evidence gradient; Sailem et al. 2017, usual for wscnn4 and wscnn6), or with what is negative "
         "set to 0 at each layer (rectified; Kraus et al. 2016 eq. 5, usual for mil_cnn). --label predicted "
         "asks for each field's likeliest label, all for all labels together: everything that tells, such as "
         "cells.\n\n"
         "The evidence becomes regions by --mask: peaks takes its maxima, suppresses lower ones beside them, "
         "and keeps what stands around each; mrf keeps pixels above a threshold, de-noised by loopy belief "
         "propagation between neighbors (usual for mil_cnn).\n\n"
         "Writes under OUTPUT/localization, for each field PLATE_WELL_sSITE: masks/….tif (16 bits, a number "
         "for each region), locations/….csv (centers and boxes; segment --locations takes them as cells) "
         "and, "
         "for --overlays fields, overlays/….png (regions yellow, the truth cyan); OUTPUT/localizations.h5ad "
         "(a row for each field) and OUTPUT/localization.json. With --truth-masks that holds the mean "
         "intersection over union, with --truth-boxes how many objects are found: those of whose box the "
         "regions cover 90 %. A run that was stopped is continued by the same command.\n\n"
         "  cytoscale localize --manifest screen.csv --output results --label predicted\n"
         "  cytoscale localize --manifest sim/screen.csv --output results --label positive \\\n"
         "    --truth-boxes sim/truth.csv --truth-target shape=circle";
}

void LocalizeJob::declare(cli::OptionSet& options) {
  declare_output(options, output_);
  declare_model(options, "folder or .safetensors file of the weights (default: OUTPUT/model)");
  declare_files(options, "localizations");
  options.add("scores", scores_, "figures to write (default: OUTPUT/localization.json)").output();
  options.group("Evidence");
  options.add("label", encoder_.evidence, "a label of the model, predicted or all").value("NAME");
  options.add("evidence", encoder_.evidence_kind, "gradient or rectified (default: as the network's paper)")
      .value("HOW");
  options
      .add("evidence-margin", encoder_.evidence_margin_px,
           "the field goes on this far beyond its edges as its mirror image, while evidence is sought")
      .value("PX");
  options
      .add("least-probability", localizer_.least_probability,
           "a field that shows the label with less has no regions")
      .value("P");
  options.add("evidence-smoothing", localizer_.localize.smoothing_px, "sigma of a Gaussian over the evidence")
      .value("PX");
  options.group("Regions");
  auto& l = localizer_.localize;
  options.add("mask", mask_, "peaks, mrf or auto: mrf for mil_cnn, else peaks").value("HOW");
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
  options.add("overlays", localizer_.overlays, "fields to draw, evenly over the screen");
  options.group("Truth");
  options
      .add("truth-masks", localizer_.truth_masks,
           "masks of what is there, file names with {Plate}, {Well}, {Site}; or otsu: pixels above Otsu's "
           "threshold")
      .value("PATTERN");
  options.add("truth-channel", localizer_.truth_channel, "otsu: of this channel (default: the first)")
      .value("NAME");
  options.add("truth-boxes", localizer_.truth_boxes, "boxes of objects, as simulate-shapes writes truth.csv");
  options.add("truth-target", localizer_.truth_target, "which of them are to be found").value("COL=VAL");
  declare_machine(options);
}

void LocalizeJob::resolve() {
  EncodeJob::resolve();
  if (is_untrained()) throw Error("an untrained network sees nothing", "option --model", "Train one first");
  if (encoder_.evidence.empty()) encoder_.evidence = "predicted";
  const auto& kind = encoder_.evidence_kind;
  if (!kind.empty() && kind != "gradient" && kind != "rectified")
    throw Error("unknown choice '" + kind + "'", "option --evidence", "Choose from: gradient, rectified");
  localizer_.label = encoder_.evidence;
  localizer_.folder = output_ / "localization";
  if (scores_.empty()) scores_ = output_ / "localization.json";
  if (mask_ != "auto") localizer_.localize.mask = mask_;
  localizer_.validate();
}

pipeline::ScreenUse LocalizeJob::screen_use() const {
  auto use = EncodeJob::screen_use();
  if (localizer_.truth_masks != "otsu") use.field_files = localizer_.truth_masks;
  return use;
}

std::map<std::string, std::filesystem::path> LocalizeJob::sources() const {
  auto files = EncodeJob::sources();
  files["truth_boxes"] = localizer_.truth_boxes;
  return files;
}

void LocalizeJob::ready(const screen::Screen& screen, const store::CellTable& fields,
                        const embed::Encoder& encoder, embed::EmbedOptions& options) {
  auto mine = localizer_;
  if (mask_ == "auto" &&
      network::pools_probabilities(
          network::read_model(model_, 0, network::Contents::header).info.spec.architecture))
    mine.localize.mask = "mrf";
  std::vector<std::string> labels;
  for (std::size_t i = 0; i < encoder.feature_names().size() && encoder.feature_layers()[i] == "class"; ++i)
    labels.push_back(encoder.feature_names()[i]);
  auto localizer = std::make_shared<localize::FieldLocalizer>(screen, fields, labels, mine);
  for (const auto* folder : {"masks", "locations", "overlays"}) make_folder(mine.folder / folder);
  options.digest = embed::FieldDigest{localizer->names(), localizer->layers(),
                                      [localizer](std::size_t field, auto pictures, auto features) {
                                        return localizer->work(field, pictures, features);
                                      }};
}

void LocalizeJob::report(const mpi::RunContext& context, const embed::EmbedResult& result,
                         double seconds) const {
  mpi::on_root(context.comm, [&] {
    const auto summary = localize::localization_summary(files_.output);
    write_file_atomically(scores_, summary.dump(2) + "\n");
    std::cout << summary.dump() << std::endl;
  });
  context.log.info(count_text(static_cast<std::uint64_t>(result.cells)) + " fields localized in " +
                   duration_text(seconds) + ": " + scores_.string() + ", " +
                   (output_ / "localization").string());
}

}  // namespace

std::unique_ptr<Job> make_localize_job() {
  return std::make_unique<LocalizeJob>();
}

}  // namespace cytoscale::jobs
