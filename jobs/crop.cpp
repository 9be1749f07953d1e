#include "core/error.hpp"
#include "core/text/text.hpp"
#include "jobs/job.hpp"
#include "learn/augment/augment.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "prepare/crop_screen.hpp"
#include "store/provenance/stamp.hpp"

namespace cytoscale::jobs {
namespace {

class CropJob final : public Job {
 public:
  std::string name() const override { return "crop"; }
  std::string summary() const override {
    return "write the pixels around every cell once, for training on large screens: crops.h5";
  }
  std::string description() const override {
    return "Reads every image once, divides it by the illumination function, cuts a square window around "
           "every cell and writes all windows into one HDF5 file, from which `train` then reads cells at "
           "random without touching an image. For screens whose images do not fit the memory of a node "
           "(train --image-memory); smaller ones train as fast from the images.\n\n"
           "The window is larger than the crop, so that turned and shifted crops show real pixels in their "
           "corners: about sqrt(2) × --crop-size + 2 × --augment-translation. With 16 bits training then "
           "gets the very crops that it would cut from the images, bit for bit. --store-size makes it "
           "smaller, down to --crop-size: turned crops then have corners of zeros. --crop-bits 8 halves "
           "the file; each cell and channel has a scale of its own.\n\n"
           "Ranks take plates, balanced by cells, and share the last fields; the file is the same, byte "
           "for byte, for any number of ranks and threads. A run that was stopped leaves "
           "OUTPUT/crops.h5.part, which the same command continues. Cells of a field that cannot be read "
           "any more are marked, and the field is listed in OUTPUT/failures.csv.\n\n"
           "Reads the manifest, its images, OUTPUT/cells.h5 and OUTPUT/illumination.h5 if it is there; "
           "writes OUTPUT/crops.h5.\n\n"
           "  mpirun -n 4 cytoscale crop --manifest screen.csv --output results --crop-size 64\n"
           "  cytoscale crop --manifest screen.csv --output results --crop-size 64 --crop-bits 8";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    options.add("cells", cells_, "cell table (default: OUTPUT/cells.h5)");
    declare_illumination(options, files_.illumination, output_);
    options.add("crops", files_.output, "crop store to write (default: OUTPUT/crops.h5)")
        .value("FILE")
        .output();
    options.add("failures", files_.failures, "list of fields left out (default: OUTPUT/failures.csv)")
        .resource();
    declare_manifest(options, manifest_);
    options.group("Windows");
    options.add("crop-size", training_.crop_px, "side of the square window around a cell").value("PX");
    options.add("augment-rotate", training_.augment.rotate, "turn crops by random angles");
    options.add("augment-translation", training_.augment.translation_px, "shift crops by up to this much")
        .value("PX");
    options
        .add("store-size", options_.window_px, "side of the windows stored (0: all that such crops can need)")
        .value("PX");
    options.add("crop-bits", options_.bits, "of a pixel in the store: 16, or 8 for half the size");
    declare_pass(options, options_.pass);
    declare_overwrite(options, options_.overwrite);
  }
  void resolve() override {
    if (cells_.empty()) cells_ = output_ / "cells.h5";
    if (files_.output.empty()) files_.output = output_ / "crops.h5";
    if (files_.failures.empty()) files_.failures = output_ / "failures.csv";
    if (files_.output == "none") throw Error("a file is needed", "--crops", "Name it, or leave crop out");
    training_.validate();
    window().validate();
    if (window().window_px < training_.crop_px)
      throw Error("windows of " + std::to_string(window().window_px) + " px cannot hold crops of " +
                      std::to_string(training_.crop_px),
                  "--store-size", "Give at least --crop-size, or 0");
    manifest_.validate();
  }
  pipeline::ScreenUse screen_use() const override { return {.fields = true, .images = true}; }

  void execute(const mpi::RunContext& context) override {
    screen::Screen screen;
    store::CellTable cells;
    nlohmann::json provenance;
    auto files = files_;
    auto options = window();
    options.pass.threads = mpi::threads_per_rank(context.comm, options.pass.threads);
    mpi::together(context.comm, [&] {
      screen = screen::read_manifest(manifest_);
      cells = store::read_cell_table(cells_);
      store::check_cells_match(cells, screen, cells_);
      files.illumination = illumination();
      provenance = store::make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                                          {{"cells", cells_}, {"illumination", files.illumination}});
    });
    context.log.info(count_text(static_cast<std::uint64_t>(cells.cells())) + " cells, windows of " +
                     std::to_string(options.window_px) + " px, " +
                     bytes_text(store::crop_store_bytes(cells.cells(), screen.channels.size(),
                                                        options.window_px, options.bits)));
    const double start_s = context.clock.now_s();
    const auto result = prepare::crop_screen(context, screen, cells, options, files, provenance);
    context.log.info("crop store written in " + duration_text(context.clock.now_s() - start_s) +
                     (result.failures.empty()
                          ? ""
                          : "; " + count_text(result.failures.size()) + " fields without pixels"));
  }

 private:
  prepare::CropScreenOptions window() const {
    auto options = options_;
    if (options.window_px == 0)
      options.window_px = learn::window_for_crop(training_.crop_px, training_.augment);
    return options;
  }
  std::filesystem::path illumination() const {
    return existing_or_empty(files_.illumination, output_ / "illumination.h5");
  }

  std::filesystem::path output_ = ".", cells_;
  screen::ManifestOptions manifest_;
  learn::TrainOptions training_;  // of these, what decides a crop
  prepare::CropScreenOptions options_ = [] {
    prepare::CropScreenOptions options;
    options.pass.threads = 0;
    return options;
  }();
  prepare::FieldFiles files_;
};

}  // namespace

std::unique_ptr<Job> make_crop_job() {
  return std::make_unique<CropJob>();
}

}  // namespace cytoscale::jobs
