#include "core/error.hpp"
#include "core/text/text.hpp"
#include "jobs/shared/encode_job.hpp"

namespace cytoscale::jobs {
namespace {

class PredictJob final : public EncodeJob {
 public:
  PredictJob() : EncodeJob("predictions.h5ad") { encoder_.classes = true; }
  std::string name() const override { return "predict"; }
  std::string summary() const override {
    return "what a network takes fields or cells for, and where it sees it: predictions.h5ad";
  }
  std::string description() const override {
    return "Runs a trained network on whole fields, or with --of cells on the window around each cell of "
           "OUTPUT/cells.h5, and keeps the probability of each of its labels: softmax, or sigmoid where it "
           "was trained with --several-labels. A network over fields takes fields and windows of any size "
           "that "
           "is large enough. With --maps its class maps are kept too: for each label a value for each place "
           "of "
           "the field, a probability (mil_cnn) or a score (wscnn4, wscnn6).\n\n"
           "All ranks write one AnnData file: X holds a row per field or cell, obs its plate, well, site and "
           "treatment, var the labels (layer class), then the places of the maps (LABEL@ROW,COLUMN, layer "
           "map). "
           "The file is the same, byte for byte, for any number of ranks and threads; a run that was stopped "
           "is "
           "continued by the same command.\n\n"
           "Reads the manifest, its images, OUTPUT/model and OUTPUT/illumination.h5 if it is there; writes "
           "OUTPUT/predictions.h5ad. Fields that cannot be read have NaN, and are listed in "
           "OUTPUT/failures.csv.\n\n"
           "  mpirun -n 2 cytoscale predict --manifest screen.csv --output results\n"
           "  cytoscale predict --manifest screen.csv --output results --of cells --crop-size 96";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    declare_model(options, "folder or .safetensors file of the weights (default: OUTPUT/model)");
    declare_files(options, "predictions");
    options.group("Predictions");
    options.add("of", of_, "what is looked at: fields or cells").value("WHAT");
    options.add("maps", encoder_.maps, "keep the class maps too");
    options.add("crop-size", crop_px_, "cells: side of the window around each (0: the model's)").value("PX");
    declare_computing(options);
    declare_machine(options);
  }
  void resolve() override {
    EncodeJob::resolve();
    if (of_ != "fields" && of_ != "cells")
      throw Error("unknown choice '" + of_ + "'", "option --of", "Choose from: fields, cells");
    if (is_untrained())
      throw Error("an untrained network predicts nothing", "option --model", "Train one first");
  }

 private:
  bool over_fields() const override { return of_ == "fields"; }
  void report(const mpi::RunContext& context, const embed::EmbedResult& result,
              double seconds) const override {
    context.log.info(count_text(static_cast<std::uint64_t>(result.cells)) + " " + of_ + " predicted in " +
                     duration_text(seconds) +
                     (result.failed_fields > 0
                          ? "; " + count_text(result.failed_fields) + " fields could not be read"
                          : ""));
  }
  std::string of_ = "fields";
};

}  // namespace

std::unique_ptr<Job> make_predict_job() {
  return std::make_unique<PredictJob>();
}

}  // namespace cytoscale::jobs
