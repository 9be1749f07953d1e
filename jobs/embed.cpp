#include "core/text/text.hpp"
#include "jobs/shared/encode_job.hpp"
#include "network/device.hpp"
#include "network/model_file.hpp"

namespace cytoscale::jobs {
namespace {

class EmbedJob final : public EncodeJob {
 public:
  EmbedJob() : EncodeJob("embeddings.h5ad") {}
  std::string name() const override { return "embed"; }
  std::string summary() const override {
    return "features of every cell, from the layers of a network: embeddings.h5ad";
  }
  std::string description() const override {
    return "Cuts a square window around every cell, corrected for illumination and rescaled channel by "
           "channel, runs the network on it and keeps the outputs of the layers named with --layers, "
           "averaged over their pixels (Caicedo et al. 2018; conv4a is the paper's choice). Window and "
           "rescaling are the model's.\n\n"
           "--model takes weights of ours, or weights from elsewhere in a .safetensors file with "
           "torchvision's or timm's names (a ResNet18, 50 or 101, or torchvision's VGG16, recognized by "
           "its tensors); a first convolution for RGB pictures is adapted to the screen's channels. A "
           "TorchScript module (.pt) is taken too: it gets float crops [cells][channels][px][px] and gives "
           "[cells][features], or maps that are averaged. Neither says how crops were made: give "
           "--crop-size and --crop-normalization (weights from ImageNet: zscore).\n\n"
           "Ranks take plates, balanced by cells, and share the last fields; threads read and crop ahead "
           "of the network. All ranks write one HDF5 file, which is a valid AnnData (anndata.read_h5ad, "
           "scanpy): X holds a row per cell, obs its plate, well, site, treatment and center, var the "
           "features' names and layers. The file is the same, byte for byte, for any number of ranks and "
           "threads.\n\n"
           "Reads the manifest, its images, OUTPUT/cells.h5, OUTPUT/model and OUTPUT/illumination.h5 if it "
           "is there; writes OUTPUT/embeddings.h5ad. A run that was stopped leaves "
           "OUTPUT/embeddings.h5ad.part, which the same command continues, with any number of ranks. Cells "
           "of a field that cannot be read any more get no features (NaN, Field_Failed 1), and the field "
           "is listed in OUTPUT/failures.csv.\n\n"
           "  mpirun -n 4 cytoscale embed --manifest screen.csv --output results --layers conv4a,conv5a\n"
           "  cytoscale embed --manifest screen.csv --output results --model untrained --crop-size 64\n"
           "  cytoscale embed --manifest screen.csv --output results --model resnet50.safetensors \\\n"
           "      --layers all --crop-normalization zscore";
  }
  void declare(cli::OptionSet& options) override {
    declare_output(options, output_);
    declare_model(
        options,
        "folder or .safetensors file of the weights, or a TorchScript module (default: OUTPUT/model), or: "
        "untrained");
    declare_files(options, "features");
    options.group("Features");
    options.add("layers", encoder_.layers,
                "layers to keep, e.g. conv4a,conv5a,pool5, or all (default: conv4a)");
    declare_computing(options);
    options
        .add("crop-size", crop_px_,
             "side of the square window around a cell (0: the model's; 128 where it does not say)")
        .value("PX");
    options
        .add("crop-normalization", encoder_.crop_normalization,
             "each channel of a crop: maximum, minmax, zscore or none (default: the model's; maximum where "
             "it does not say)")
        .value("HOW");
    options.group("Untrained network");
    options.add("seed", encoder_.seed, "of its weights");
    options.add("architecture", encoder_.architecture, "its kind").value("NAME");
    declare_machine(options);
  }
  void resolve() override {
    EncodeJob::resolve();
    if (encoder_.layers.empty() && !network::is_pytorch_file(model_))
      encoder_.layers = {embed::default_layer};
  }
  void check(const Outset& outset) override {
    network::check_device(encoder_.device);
    if (network::is_pytorch_file(model_)) return;
    const auto channels = static_cast<int>(outset.screen.channels.size());
    const bool to_come = is_untrained() || outset.makes(model_ / "model.safetensors");
    const network::NetworkSpec own{encoder_.architecture, channels, 0};
    const auto spec =
        to_come ? own : network::read_model(model_, channels, network::Contents::header).info.spec;
    network::select_layers(spec, encoder_.layers);
  }

 private:
  void report(const mpi::RunContext& context, const embed::EmbedResult& result,
              double seconds) const override {
    const auto rate = static_cast<double>(result.cells) / std::max(seconds, 1e-9);
    context.log.info(count_text(static_cast<std::uint64_t>(result.cells)) + " cells embedded, " +
                     count_text(static_cast<std::uint64_t>(rate)) + " cells/s" +
                     (result.failed_fields > 0
                          ? "; " + count_text(result.failed_fields) + " fields without features"
                          : ""));
  }
};

}  // namespace

std::unique_ptr<Job> make_embed_job() {
  return std::make_unique<EmbedJob>();
}

}  // namespace cytoscale::jobs
