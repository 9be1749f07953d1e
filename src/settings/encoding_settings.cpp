#include "settings/encoding_settings.hpp"

#include "core/error.hpp"
#include "network/device.hpp"
#include "network/weights/model_file.hpp"
#include "settings/machine_settings.hpp"
#include "settings/screen_settings.hpp"

namespace cytoscale::settings {

EncodeSettings::EncodeSettings(const std::string& job, std::string file) : file_(std::move(file)) {
  encoding.job = job;
  encoding.embed.pass.threads = 0;
}

std::filesystem::path EncodeSettings::weights() const {
  return is_untrained() ? std::filesystem::path() : network::model_file_of(model);
}

embed::ScreenEncoding EncodeSettings::at_hand(const mpi::Communicator& comm) const {
  auto found = encoding;
  found.files.illumination = illumination_at_hand(comm, encoding.files.illumination, output);
  found.encoder.model = is_untrained() ? std::filesystem::path() : model;
  return found;
}

void EncodeSettings::declare_files(cli::OptionSet& options, const std::string& what) {
  const auto key = file_.substr(0, file_.find('.'));
  options.add("cells", encoding.cells, "cell table (default: OUTPUT/cells.h5)").reads([this] {
    return encoding.over_fields ? cli::Paths{} : cli::Paths{encoding.cells};
  });
  declare_illumination(options, encoding.files.illumination, output);
  options.add(key, encoding.files.output, what + " to write (default: OUTPUT/" + file_ + ")").output();
  declare_failures(options, encoding.files.failures);
  declare_manifest(options, encoding.manifest);
}

cli::Option& EncodeSettings::declare_model(cli::OptionSet& options, const std::string& help) {
  return options.add("model", model, help).value("PATH").reads([this] {
    if (is_untrained()) return cli::Paths{};
    // One that is yet to be trained here is absent; any other must be there.
    if (model == output / "model") return cli::Paths{model / "model.safetensors"};
    return cli::Paths{weights()};
  });
}

void EncodeSettings::declare_computing(cli::OptionSet& options) {
  declare_precision(options, encoding.encoder.precision);
  options.add("float16", encoding.embed.float16, "store features as 16-bit floats: half the size, 3 digits");
}

void EncodeSettings::declare_machine(cli::OptionSet& options) {
  declare_pass(options, encoding.embed.pass);
  declare_device(options, encoding.encoder.device);
  declare_overwrite(options, encoding.embed.overwrite);
}

std::string EncodeSettings::masks() const {
  const bool kept = encoding.encoder.crop_neighbors == image::CropNeighbors::keep;
  return encoding.over_fields || kept ? std::string() : encoding.masks;
}

void EncodeSettings::resolve() {
  auto& files = encoding.files;
  if (encoding.cells.empty()) encoding.cells = output / "cells.h5";
  if (model.empty()) model = output / "model";
  if (files.output.empty()) files.output = output / file_;
  if (files.failures.empty()) files.failures = output / "failures.csv";
  encoding.encoder.crop_size = crop_px;
  encoding.encoder.precision =
      network::resolve_precision(encoding.encoder.precision, encoding.encoder.device);
  encoding.embed.pass.validate();
  resolve_manifest(encoding.manifest, output);
}

void EmbedSettings::declare(cli::OptionSet& options) {
  auto& encoder = encoding.encoder;
  declare_output(options, output);
  declare_model(options,
                "folder or .safetensors file of the weights, or a TorchScript module (default: "
                "OUTPUT/model), or: untrained");
  declare_files(options, "features");
  options.group("Features");
  options.add("layers", encoder.layers,
              "layers to keep, e.g. conv4a,conv5a,pool5, or all (default: conv4a; of an EfficientNet "
              "block6a_activation, of a Vision Transformer cls)");
  declare_computing(options);
  options
      .add("crop-size", crop_px,
           "side of the square window around a cell (0: the model's; 128 where it does not say)")
      .value("PX");
  options
      .add("crop-normalization", encoder.crop_normalization,
           "each channel of a crop: maximum, minmax, zscore or none (default: the model's; maximum where it "
           "does not say)")
      .value("HOW");
  declare_neighbors(options, encoder.crop_neighbors, encoding.masks);
  options
      .add("encoder", encoder.kind,
           "library that computes: onednn (fast, on CPUs), torch (all that there is), auto (onednn where it "
           "can)")
      .value("LIBRARY");
  options
      .add("keep-features", encoding.keep_features,
           "take the features of the file that is there, and write metadata anew; where more than metadata "
           "has "
           "changed, they are computed. Images are not looked at")
      .resource();
  declare_pixels(options, encoder.pixels);
  options.group("Untrained network");
  options.add("seed", encoder.seed, "of its weights");
  options.add("architecture", encoder.architecture, "its kind").value("NAME");
  declare_machine(options);
}

void EmbedSettings::check(const pipeline::Outset& outset) const {
  auto options = encoding.encoder;
  if (!outset.makes(model / "model.safetensors")) options.model = weights();
  embed::check_layers(options, outset.screen.channels.size());
}

PredictSettings::PredictSettings() : EncodeSettings("predict", "predictions.h5ad") {
  encoding.over_fields = true;
  encoding.encoder.classes = true;
}

void PredictSettings::declare(cli::OptionSet& options) {
  declare_output(options, output);
  declare_model(options, "folder or .safetensors file of the weights (default: OUTPUT/model)");
  declare_files(options, "predictions");
  options.group("Predictions");
  options
      .add_choice(
          "of", {"fields", "cells"}, "what is looked at: fields or cells",
          [this](const std::string& word) { encoding.over_fields = word == "fields"; },
          [this] { return std::string(encoding.over_fields ? "fields" : "cells"); })
      .value("WHAT");
  options.add("maps", encoding.encoder.maps, "keep the class maps too");
  options.add("crop-size", crop_px, "cells: side of the window around each (0: the model's)").value("PX");
  declare_neighbors(options, encoding.encoder.crop_neighbors, encoding.masks);
  declare_computing(options);
  declare_machine(options);
}

void PredictSettings::resolve() {
  EncodeSettings::resolve();
  if (is_untrained())
    throw Error("an untrained network predicts nothing", "option --model", "Train one first");
}

}  // namespace cytoscale::settings
