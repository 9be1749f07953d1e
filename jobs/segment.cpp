#include "prepare/segment_screen.hpp"

#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

class SegmentJob final : public Job {
 public:
  std::string name() const override { return "segment"; }
  std::string summary() const override {
    return "find the cells and judge the fields: cells.h5, failures.csv";
  }
  std::string description() const override {
    return "Reads every field, corrects its illumination, finds the nuclei in the DNA channel (blur, "
           "Otsu's threshold refined by the local mean, holes filled, touching nuclei split by a watershed "
           "of the distance transform and joined again where they make one ellipse, size limits) and "
           "measures the field's quality (focus score and saturated fraction of each channel, number of "
           "cells). A cell is its nucleus' centroid. With --locations the centers of another program are "
           "taken instead.\n\n"
           "Reads the manifest, its images and OUTPUT/illumination.h5 if it is there; writes "
           "OUTPUT/cells.h5 and OUTPUT/failures.csv. A field that cannot be read (missing, truncated, "
           "corrupt, wrong size) is listed in failures.csv with file and reason and left out; only more "
           "than --max-failed-fields of them stop the run.\n\n"
           "  mpirun -n 4 cytoscale segment --manifest screen.csv --output results\n"
           "  cytoscale segment --manifest index.csv --output results \\\n"
           "      --locations 'locations/{Plate}/{Well}-{Site}-Nuclei.csv'";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    declare_illumination(options, files_.illumination, output_);
    options.add("cells", files_.output, "cell table to write (default: OUTPUT/cells.h5)").output();
    options.add("failures", files_.failures, "list of fields left out (default: OUTPUT/failures.csv)")
        .resource();
    declare_manifest(options, manifest_);
    options.group("Segmentation");
    options
        .add("dna-channel", options_.dna_channel,
             "channel of the nuclei (default: DNA, DAPI or Hoechst, else the first)")
        .value("CHANNEL");
    options.add("nucleus-smoothing", options_.nuclei.smoothing_px, "sigma of the blur before the threshold")
        .value("PX");
    options
        .add("nucleus-diameter", options_.nuclei.nucleus_diameter_px,
             "typical (0: estimated from each field)")
        .value("PX");
    options
        .add("threshold-scale", options_.nuclei.threshold_scale,
             "scales the threshold's height over the background; above 1: bright nuclei only")
        .value("X");
    options
        .add("split-ratio", options_.nuclei.split_ratio,
             "touching nuclei: 0 never splits them, 1 splits at every dent")
        .value("X");
    options.add("min-nucleus-area", options_.nuclei.min_area_px, "smaller objects are dropped").value("PX");
    options.add("max-nucleus-area", options_.nuclei.max_area_px, "larger objects are dropped (0: no limit)")
        .value("PX");
    options
        .add("locations", options_.locations,
             "take cell centers from these CSV files: {Plate}, {Well}, {Site} and other metadata are filled "
             "in")
        .value("PATTERN")
        .resource();
    declare_pass(options, options_.pass);
    declare_overwrite(options, options_.overwrite);
  }
  void resolve() override {
    if (files_.output.empty()) files_.output = output_ / "cells.h5";
    if (files_.failures.empty()) files_.failures = output_ / "failures.csv";
    options_.nuclei.validate();
    manifest_.validate();
  }
  pipeline::ScreenUse screen_use() const override {
    return {.fields = true, .images = true, .field_files = options_.locations};
  }

  void execute(const mpi::RunContext& context) override {
    screen::Screen screen;
    auto options = options_;
    auto files = files_;
    mpi::together(context.comm, [&] { screen = screen::read_manifest(manifest_); });
    options.pass.threads = mpi::threads_per_rank(context.comm, options.pass.threads);
    const auto located = pipeline::screen_reads(context.comm, screen, {.field_files = options_.locations},
                                                pipeline::ImageDigest::stat);
    nlohmann::json provenance;
    mpi::together(context.comm, [&] {
      files.illumination = existing_or_empty(files_.illumination, output_ / "illumination.h5");
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                                          {{"illumination", files.illumination}});
      for (const auto& [what, state] : located) provenance["inputs"]["locations"] = state.fingerprint;
    });
    const auto summary = prepare::segment_screen(context, screen, options, files, provenance);
    context.log.info(count_text(static_cast<std::uint64_t>(summary.cells)) + " cells in " +
                     count_text(screen.fields.size() - summary.failed_fields) + " fields; " +
                     count_text(summary.failed_fields) + " fields left out");
  }

 private:
  std::filesystem::path output_ = ".";
  prepare::FieldFiles files_;
  screen::ManifestOptions manifest_;
  prepare::SegmentScreenOptions options_ = {.pass = {.threads = 0}};
};

}  // namespace

std::unique_ptr<Job> make_segment_job() {
  return std::make_unique<SegmentJob>();
}

}  // namespace cytoscale::jobs
