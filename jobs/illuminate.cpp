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
    options.add("illumination", path_, "illumination functions to write (default: OUTPUT/illumination.h5)")
        .output();
    declare_manifest(options, manifest_);
    options.group("Illumination");
    options.add_choice(
        "illumination-smoothing", {"median", "gaussian", "none"},
        "window that smooths the mean; none: no correction",
        [this](const std::string& text) {
          options_.illumination.enabled = text != "none";
          if (options_.illumination.enabled) options_.illumination.smoothing = text;
        },
        [this] {
          return options_.illumination.enabled ? options_.illumination.smoothing : std::string("none");
        });
    options
        .add("illumination-window", options_.illumination.window_px,
             "its side in px (0: a quarter of the longer side)")
        .value("PX");
    options
        .add("illumination-floor", options_.illumination.floor_percentile,
             "percentile that serves as the robust minimum")
        .value("P");
    declare_pass(options, options_.pass);
    declare_overwrite(options, options_.overwrite);
  }
  void resolve() override {
    if (path_.empty()) path_ = output_ / "illumination.h5";
    options_.validate();
    manifest_.validate();
  }
  pipeline::ScreenUse screen_use() const override { return {.fields = true, .images = true}; }

  void execute(const mpi::RunContext& context) override {
    screen::Screen screen;
    nlohmann::json provenance;
    mpi::together(context.comm, [&] {
      screen = screen::read_manifest(manifest_);
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint());
    });
    auto options = options_;
    options.pass.threads = mpi::threads_per_rank(context.comm, options.pass.threads);
    prepare::illuminate_screen(context, screen, options, {path_, {}, output_ / "failures.csv"}, provenance);
  }

 private:
  std::filesystem::path output_ = ".", path_;
  screen::ManifestOptions manifest_;
  prepare::IlluminateScreenOptions options_ = {.pass = {.threads = 0}};
};

}  // namespace

std::unique_ptr<Job> make_illuminate_job() {
  return std::make_unique<IlluminateJob>();
}

}  // namespace cytoscale::jobs
