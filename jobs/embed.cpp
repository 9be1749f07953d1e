#include "core/error.hpp"
#include "core/text.hpp"
#include "embed/embed_screen.hpp"
#include "jobs/job.hpp"
#include "mpi/agree.hpp"
#include "mpi/threads.hpp"
#include "network/model_file.hpp"
#include "store/stamp.hpp"

namespace cytoscale {
namespace {

constexpr const char* untrained = "untrained";

class EmbedJob final : public Job {
 public:
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
           "torchvision's or timm's names (a ResNet18, 50 or 101, or torchvision's VGG16, recognised by "
           "its tensors); a first convolution for RGB pictures is adapted to the screen's channels. A "
           "TorchScript module (.pt) is taken too: it gets float crops [cells][channels][px][px] and gives "
           "[cells][features], or maps that are averaged. Neither says how crops were made: give "
           "--crop-size and --crop-normalization (weights from ImageNet: zscore).\n\n"
           "Ranks take plates, balanced by cells, and share the last fields; threads read and crop ahead "
           "of the network. All ranks write one HDF5 file, which is a valid AnnData (anndata.read_h5ad, "
           "scanpy): X holds a row per cell, obs its plate, well, site, treatment and centre, var the "
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
  void declare(OptionSet& options) override {
    declare_output(options, output_);
    options.add(
        "model", model_,
        "folder or .safetensors file of the weights, or a TorchScript module (default: OUTPUT/model), or: "
        "untrained",
        "PATH");
    options.add("cells", cells_, "cell table (default: OUTPUT/cells.h5)");
    options.add("illumination", files_.illumination,
                "illumination functions (default: OUTPUT/illumination.h5 if present)");
    options.add("embeddings", files_.output, "features to write (default: OUTPUT/embeddings.h5ad)");
    options.add("failures", files_.failures, "list of fields left out (default: OUTPUT/failures.csv)");
    declare_manifest(options, manifest_);
    options.group("Features");
    options.add("layers", encoder_.layers,
                "layers to keep, e.g. conv4a,conv5a,pool5, or all (default: conv4a)");
    declare_precision(options, encoder_.precision);
    options.add("float16", embed_.float16, "store features as 16-bit floats: half the size, 3 digits");
    options.add("embed-batch", embed_.batch, "cells that the network gets at a time, at most");
    options.add("crop-size", encoder_.crop_px,
                "side of the square window around a cell (0: the model's; 128 where it does not say)", "PX");
    options.add(
        "crop-normalization", encoder_.crop_normalisation,
        "each channel of a crop: maximum, minmax, zscore or none (default: the model's; maximum where "
        "it does not say)",
        "HOW");
    options.group("Untrained network");
    options.add("seed", encoder_.seed, "of its weights");
    options.add("architecture", encoder_.architecture, "its kind", "NAME");
    declare_failures(options, embed_.pass.max_failed_fields);
    options.group("Machine");
    options.add("threads", embed_.pass.threads, "threads per rank (0: this rank's share of the processors)");
    options.add("queue-memory", embed_.pass.queue_memory_mib, "crops made ahead, per rank", "MIB");
    options.add("device", encoder_.device, "auto (a GPU where there is one), cpu or cuda", "DEVICE");
  }
  void resolve() override {
    if (cells_.empty()) cells_ = output_ / "cells.h5";
    if (model_.empty()) model_ = output_ / "model";
    if (files_.output.empty()) files_.output = output_ / "embeddings.h5ad";
    if (files_.failures.empty()) files_.failures = output_ / "failures.csv";
    if (encoder_.layers.empty() && !is_pytorch_file(model_)) encoder_.layers = {default_layer};
    embed_.validate();
    manifest_.validate();
  }
  std::vector<std::filesystem::path> inputs() const override {
    std::vector<std::filesystem::path> paths = {manifest_.manifest, cells_, illumination()};
    if (!is_untrained()) paths.push_back(model_);
    return paths;
  }
  std::vector<std::filesystem::path> outputs() const override { return {files_.output}; }

  void execute(JobContext& context) override {
    Screen screen;
    CellTable cells;
    nlohmann::json provenance;
    std::unique_ptr<Encoder> encoder;
    auto options = embed_;
    auto files = files_;
    options.pass.threads = threads_per_rank(context.comm, embed_.pass.threads);
    together(context.comm, [&] {
      screen = read_manifest(manifest_);
      cells = read_cell_table(cells_);
      check_cells_match(cells, screen, cells_);
      files.illumination = illumination();
      encoder = make_encoder(context, screen, options.pass.threads);
      provenance =
          make_provenance(name(), resolved_options(*this), screen.fingerprint(),
                          {{"cells", cells_}, {"illumination", files.illumination}, {"model", weights()}});
      provenance["encoder"] = encoder->description();
    });
    announce(context, *encoder, cells);
    const double start_s = context.clock.now_s();
    const auto result = embed_screen(context.comm, screen, cells, *encoder, options, files, provenance,
                                     context.clock, context.log);
    report(context, result, context.clock.now_s() - start_s);
  }

 private:
  bool is_untrained() const { return model_ == untrained; }
  std::filesystem::path weights() const {
    return is_untrained() ? std::filesystem::path() : model_file_of(model_);
  }
  std::filesystem::path illumination() const {
    return file_at_hand(files_.illumination, output_ / "illumination.h5");
  }
  std::unique_ptr<Encoder> make_encoder(const JobContext& context, const Screen& screen, int threads) const {
    EncoderOptions options = encoder_;
    options.model = weights();
    options.channels = static_cast<int>(screen.channels.size());
    options.threads = threads;
    options.local_rank = context.comm.node_rank();
    return make_torch_encoder(options);
  }
  void announce(JobContext& context, const Encoder& encoder, const CellTable& cells) const {
    context.log.info(count_text(static_cast<std::uint64_t>(cells.cells())) + " cells, " +
                     count_text(encoder.feature_names().size()) + " features, windows of " +
                     std::to_string(encoder.crop_px()) + " px, rescaling " +
                     std::string(name_of(encoder.normalisation())) + "; " + encoder.description());
  }
  void report(JobContext& context, const EmbedResult& result, double seconds) const {
    const auto rate = static_cast<double>(result.cells) / std::max(seconds, 1e-9);
    context.log.info(count_text(static_cast<std::uint64_t>(result.cells)) + " cells embedded, " +
                     count_text(static_cast<std::uint64_t>(rate)) + " cells/s" +
                     (result.failed_fields > 0
                          ? "; " + count_text(result.failed_fields) + " fields without features"
                          : ""));
  }

  std::filesystem::path output_ = ".", model_, cells_;
  ManifestOptions manifest_;
  EncoderOptions encoder_;
  EmbedOptions embed_ = [] {
    EmbedOptions options;
    options.pass.threads = 0;
    return options;
  }();
  FieldPassFiles files_;
};

}  // namespace

std::unique_ptr<Job> make_embed_job() {
  return std::make_unique<EmbedJob>();
}

}  // namespace cytoscale
