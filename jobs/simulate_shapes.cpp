#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "simulate/shapes.hpp"

namespace cytoscale::jobs {
namespace {

class SimulateShapesJob final : public Job {
 public:
  std::string name() const override { return "simulate-shapes"; }
  std::string summary() const override {
    return "make images of ellipses, some with a few circles among them: a rare phenotype with known places";
  }
  std::string description() const override {
    return "The simulated data of Sailem et al. 2017: gray images of 210 × 280 px, 30 to 48 ellipses on a "
           "grid "
           "of 6 × 8 places, each shifted by 1 to 20 px and turned at random; in images of the positive "
           "class --circle-share of them are circles (0.1: the paper's first set, 0.2: its second). A third "
           "of the images is to train, to validate and to test: the plates train, validation and test. The "
           "longer axis and the circles' diameter are 15 to 20 px; the shorter axis is --axis-ratio of the "
           "longer one, which the paper leaves open. Every object has a gray level of its own, and all of "
           "it lies in the field.\n\n"
           "Writes OUTPUT/images, OUTPUT/screen.csv (the manifest; each image a well) and OUTPUT/truth.csv "
           "(a row an object: shape, center, axes, box).\n\n"
           "  cytoscale simulate-shapes --output sim1\n"
           "  cytoscale simulate-shapes --output sim2 --circle-share 0.2 --seed 2";
  }
  void declare(cli::OptionSet& options) override {
    options.group("Files");
    options.add("output", settings_.output, "folder of the simulated screen").value("DIR").writes([this] {
      return cli::Paths{settings_.output / "screen.csv", settings_.output / "truth.csv"};
    });
    options.group("Simulation");
    options.add("seed", settings_.seed, "seed of all random draws");
    options.add("fields-per-class", settings_.fields_per_class, "images of each of the two classes");
    options.add("circle-share", settings_.circle_share, "circles among the objects of a positive image")
        .value("X");
    options.add("axis-ratio", settings_.axis_ratio, "shorter to longer axis of an ellipse").value("X");
  }
  void resolve() override { settings_.validate(); }
  void execute(const mpi::RunContext& context) override {
    simulate::simulate_shapes(settings_, context.comm, context.clock);
    context.log.info(count_text(2 * static_cast<std::uint64_t>(settings_.fields_per_class)) +
                     " fields: " + (settings_.output / "screen.csv").string());
  }

 private:
  simulate::ShapeSettings settings_;
};

}  // namespace

std::unique_ptr<Job> make_simulate_shapes_job() {
  return std::make_unique<SimulateShapesJob>();
}

}  // namespace cytoscale::jobs
