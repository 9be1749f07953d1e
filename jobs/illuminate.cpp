#include "prepare/illuminate_screen.hpp"

#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

class IlluminateJob final : public Job {
 public:
  std::string name() const override { return "illuminate"; }
  std::string summary() const override { return "illumination functions of each plate and channel"; }
  std::string description() const override {
    return "Averages the fields of each plate and channel, smooths the mean with a large window and "
           "divides it by its robust minimum (Singh et al. 2014). Later jobs divide every field by it.\n\n"
           "Reads the manifest and its images; writes OUTPUT/illumination.h5. Fields of a plate are shared "
           "over ranks; the result does not depend on their number.\n\n"
           "  mpirun -n 4 cytoscale illuminate --manifest screen.csv --output results";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    options.add("illumination", path_, "illumination functions to write (default: OUTPUT/illumination.h5)");
    declare_manifest(options, manifest_);
    options.group("Illumination");
    options.add_choice(
        "illumination-smoothing", {"median", "gaussian", "none"},
        "window that smooths the mean; none: no correction",
        [this](const std::string& text) {
          options_.enabled = text != "none";
          if (options_.enabled) options_.smoothing = text;
        },
        [this] { return options_.enabled ? options_.smoothing : std::string("none"); });
    options.add("illumination-window", options_.window_px, "its side in px (0: a quarter of the longer side)",
                "PX");
    options.add("illumination-floor", options_.floor_percentile,
                "percentile that serves as the robust minimum", "P");
    options.group("Machine");
    options.add("threads", threads_, "threads per rank (0: this rank's share of the processors)");
  }
  void resolve() override {
    if (path_.empty()) path_ = output_ / "illumination.h5";
    options_.validate();
    manifest_.validate();
  }
  std::vector<std::filesystem::path> inputs() const override { return {manifest_.manifest}; }
  std::vector<std::filesystem::path> outputs() const override { return {path_}; }

  void execute(JobContext& context) override {
    screen::Screen screen;
    nlohmann::json provenance;
    mpi::together(context.comm, [&] {
      screen = screen::read_manifest(manifest_);
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint());
    });
    prepare::illuminate_screen(context.comm, screen, options_, mpi::threads_per_rank(context.comm, threads_),
                               path_, provenance, context.clock, context.log);
  }

 private:
  std::filesystem::path output_ = ".", path_;
  screen::ManifestOptions manifest_;
  image::IlluminationOptions options_;
  int threads_ = 0;
};

}  // namespace

std::unique_ptr<Job> make_illuminate_job() {
  return std::make_unique<IlluminateJob>();
}

}  // namespace cytoscale::jobs
