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
    options.add("illumination", options_.illumination,
                "illumination functions (default: OUTPUT/illumination.h5 if present)");
    options.add("cells", cells_, "cell table to write (default: OUTPUT/cells.h5)");
    options.add("failures", failures_, "list of fields left out (default: OUTPUT/failures.csv)");
    declare_manifest(options, manifest_);
    options.group("Segmentation");
    options.add("dna-channel", options_.dna_channel,
                "channel of the nuclei (default: DNA, DAPI or Hoechst, else the first)", "CHANNEL");
    options.add("nucleus-smoothing", options_.nuclei.smoothing_px, "sigma of the blur before the threshold",
                "PX");
    options.add("nucleus-diameter", options_.nuclei.nucleus_diameter_px,
                "typical (0: estimated from each field)", "PX");
    options.add("threshold-scale", options_.nuclei.threshold_scale,
                "scales the threshold's height over the background; above 1: bright nuclei only", "X");
    options.add("split-ratio", options_.nuclei.split_ratio,
                "touching nuclei: 0 never splits them, 1 splits at every dent", "X");
    options.add("min-nucleus-area", options_.nuclei.min_area_px, "smaller objects are dropped", "PX");
    options.add("max-nucleus-area", options_.nuclei.max_area_px, "larger objects are dropped (0: no limit)",
                "PX");
    options.add(
        "locations", options_.locations,
        "take cell centers from these CSV files: {Plate}, {Well}, {Site} and other metadata are filled in",
        "PATTERN");
    declare_failures(options, options_.max_failed_fields);
    options.group("Machine");
    options.add("threads", options_.threads, "threads per rank (0: this rank's share of the processors)");
  }
  void resolve() override {
    if (cells_.empty()) cells_ = output_ / "cells.h5";
    if (failures_.empty()) failures_ = output_ / "failures.csv";
    options_.nuclei.validate();
    manifest_.validate();
  }
  std::vector<std::filesystem::path> inputs() const override { return {manifest_.manifest, illumination()}; }
  std::vector<std::filesystem::path> outputs() const override { return {cells_, failures_}; }

  void execute(JobContext& context) override {
    screen::Screen screen;
    nlohmann::json provenance;
    auto options = options_;
    mpi::together(context.comm, [&] {
      options.illumination = illumination();
      screen = screen::read_manifest(manifest_);
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                                          {{"illumination", options.illumination}});
    });
    options.threads = mpi::threads_per_rank(context.comm, options.threads);
    const auto summary = prepare::segment_screen(context.comm, screen, options, cells_, failures_, provenance,
                                                 context.clock, context.log);
    context.log.info(count_text(static_cast<std::uint64_t>(summary.cells)) + " cells in " +
                     count_text(screen.fields.size() - summary.failed_fields) + " fields; " +
                     count_text(summary.failed_fields) + " fields left out");
  }

 private:
  std::filesystem::path illumination() const {
    return existing_or_empty(options_.illumination, output_ / "illumination.h5");
  }

  std::filesystem::path output_ = ".", cells_, failures_;
  screen::ManifestOptions manifest_;
  prepare::SegmentScreenOptions options_ = [] {
    prepare::SegmentScreenOptions options;
    options.threads = 0;
    return options;
  }();
};

}  // namespace

std::unique_ptr<Job> make_segment_job() {
  return std::make_unique<SegmentJob>();
}

}  // namespace cytoscale::jobs
