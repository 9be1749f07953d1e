#include "network/weights/model_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "network/spec/architectures.hpp"
#include "network/weights/foreign_names.hpp"
#include "network/weights/weights.hpp"
#include "store/tensor_values.hpp"

namespace cytoscale::network {
namespace {

constexpr const char *format_name = "cytoscale-model-1", *mean_name = "input/mean", *sd_name = "input/sd";

bool is_foreign(const store::SafeTensors& file) {
  const auto format = file.metadata.find("format");
  return format == file.metadata.end() || !format->second.starts_with("cytoscale");
}

std::vector<float> floats_of(const store::SafeTensors& file, const std::string& name,
                             const std::filesystem::path& path) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.dtype != "F32")
    throw Error("the model lacks the statistics of its training set", path.string() + ":" + name,
                "The file was changed after it was written; export the model again");
  return store::floats_of(found->second, path.string() + ":" + name);
}

image::PictureStatistics statistics_of(const store::SafeTensors& file, const std::filesystem::path& path) {
  image::PictureStatistics statistics{floats_of(file, mean_name, path), floats_of(file, sd_name, path)};
  const auto& shape = file.tensors.at(mean_name).shape;
  if (shape.size() != 3)
    throw Error("not a mean for each channel or pixel", path.string() + ":" + mean_name,
                "Export the model again");
  if (shape[1] * shape[2] > 1) statistics.size = {static_cast<int>(shape[1]), static_cast<int>(shape[2])};
  return statistics;
}

std::string text_of(const store::SafeTensors& file, const std::string& key,
                    const std::filesystem::path& path) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    throw Error("the model's description lacks this key", path.string() + ":" + key,
                "The file was changed after it was written; export the model again");
  return found->second;
}

int number_of(const store::SafeTensors& file, const std::string& key, const std::filesystem::path& path) {
  const auto text = text_of(file, key, path);
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < 0)
    throw Error("'" + text + "' is not a number", path.string() + ":" + key, "Export the model again");
  return value;
}

nlohmann::json json_of(const store::SafeTensors& file, const std::string& key,
                       const std::filesystem::path& path) {
  auto value = nlohmann::json::parse(text_of(file, key, path), nullptr, false);
  if (value.is_discarded())
    throw Error("not valid JSON", path.string() + ":" + key, "Export the model again");
  return value;
}

Pooling pooling_of(const store::SafeTensors& file, const std::filesystem::path& path) {
  const auto json = json_of(file, "pooling", path);
  try {
    return {parse_enum<Pool>(json.at("kind").get<std::string>(), path.string() + ":pooling"),
            json.at("sharpness").get<double>(), json.at("height").get<int>(), json.at("width").get<int>()};
  } catch (const nlohmann::json::exception&) {
    throw Error("not the description of a pool", path.string() + ":pooling", "Export the model again");
  }
}

constexpr const char* first_convolutions[] = {"conv1.weight", "features.0.weight", "conv_stem.weight",
                                              "patch_embed.proj.weight"};

// As the tensors show it.
NetworkSpec spec_from_tensors(const store::SafeTensors& file, const std::filesystem::path& path) {
  const auto architecture = recognize_architecture(file);
  if (!architecture || file.tensors.contains("pre_logits.fc1.weight"))
    throw Error("the tensors' names are of no architecture that we know", path.string(), naming_remedy(file));
  NetworkSpec spec{*architecture, 0, 0};
  const auto named = file.metadata.find("architecture");
  if (*architecture == "efficientnet_b0" && named != file.metadata.end() &&
      named->second == "tf_efficientnet_b0")
    spec.architecture = named->second;
  for (const auto* name : first_convolutions)
    if (const auto found = file.tensors.find(name); found != file.tensors.end())
      spec.channels = static_cast<int>(found->second.shape.at(1));
  for (const auto* name : {"fc.weight", "classifier.6.weight", "classifier.weight", "head.weight"})
    if (const auto found = file.tensors.find(name); found != file.tensors.end())
      if (!found->second.shape.empty()) spec.classes = static_cast<int>(found->second.shape[0]);
  return spec;
}

}  // namespace

std::filesystem::path model_file_of(const std::filesystem::path& model) {
  const auto inside = model / "model.safetensors";
  if (std::filesystem::is_regular_file(inside)) return inside;
  if (std::filesystem::is_regular_file(model)) return model;
  if (std::filesystem::is_directory(model))
    throw Error("the folder holds no model.safetensors", model.string(),
                "Let `cytoscale train` finish, or name a checkpoint_*.safetensors of it");
  throw Error("no such model", model.string(), "Give a model folder or a .safetensors file");
}

bool is_pytorch_file(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path)) return false;
  std::array<char, 2> start{};
  std::ifstream(path, std::ios::binary).read(start.data(), start.size());
  const auto extension = path.extension();
  return (start[0] == 'P' && start[1] == 'K') || extension == ".pt" || extension == ".pth" ||
         extension == ".ts";
}

ModelInfo model_info_of(const store::SafeTensors& file, const std::filesystem::path& path) {
  ModelInfo info;
  const auto format = file.metadata.find("format");
  if (is_foreign(file)) {
    info.spec = spec_from_tensors(file, path);
    info.crop_normalization.reset();
    info.crop_neighbors.reset();
    return info;
  }
  if (format->second != format_name)
    throw Error("the model is of format '" + format->second + "'", path.string() + ":format",
                "Use the version of cytoscale that wrote it, or a newer one");
  info.spec.architecture = text_of(file, "architecture", path);
  info.spec.channels = number_of(file, "channels", path);
  info.spec.classes = number_of(file, "classes", path);
  if (is_field_network(info.spec.architecture)) info.spec.pooling = pooling_of(file, path);
  info.crop_px = number_of(file, "crop_px", path);
  info.several_labels = file.metadata.contains("several_labels");
  if (const auto found = file.metadata.find("crop_neighbors"); found != file.metadata.end())
    info.crop_neighbors = parse_enum<image::CropNeighbors>(found->second, path.string() + ":crop_neighbors");
  const auto rescaled = text_of(file, "crop_normalisation", path);
  info.crop_normalization.reset();
  if (!rescaled.empty())
    info.crop_normalization =
        parse_enum<image::CropNormalization>(rescaled, path.string() + ":crop_normalisation");
  const auto labels = json_of(file, "labels", path);
  if (!labels.is_array()) throw Error("not a list", path.string() + ":labels", "Export the model again");
  for (const auto& label : labels) {
    if (!label.is_string())
      throw Error("not a list of names", path.string() + ":labels", "Export the model again");
    info.labels.push_back(label.get<std::string>());
  }
  info.provenance = json_of(file, "provenance", path);
  try {
    info.spec.validate();
  } catch (const Error& error) {
    throw Error(error.problem(), path.string() + ":architecture", error.remedy());
  }
  return info;
}

void describe_model(const ModelInfo& info, store::SafeTensors& file) {
  std::map<std::string, std::string> metadata = {
      {"format", format_name},
      {"architecture", info.spec.architecture},
      {"channels", std::to_string(info.spec.channels)},
      {"classes", std::to_string(info.spec.classes)},

      {"crop_px", std::to_string(info.crop_px)},
      {"crop_normalisation", info.crop_normalization ? enum_name(*info.crop_normalization) : ""},
      {"labels", nlohmann::json(info.labels).dump()},
      {"provenance", info.provenance.dump()}};
  for (const auto& [key, value] : metadata) file.metadata[key] = value;
  if (info.several_labels) file.metadata["several_labels"] = "yes";
  if (info.crop_neighbors == image::CropNeighbors::blank)
    file.metadata["crop_neighbors"] = enum_name(*info.crop_neighbors);
  if (const auto& [mean, sd, size] = info.statistics; !sd.empty()) {
    const auto channels = static_cast<std::int64_t>(sd.size());
    file.tensors[mean_name] =
        store::tensor_of(mean, {channels, std::max(1, size.height), std::max(1, size.width)});
    file.tensors[sd_name] = store::tensor_of(sd, {channels});
  }
  if (!is_field_network(info.spec.architecture)) return;
  const auto pooling = resolved_pooling(info.spec);
  file.metadata["pooling"] = nlohmann::json{
      {"kind", enum_name(*pooling.kind)},
      {"sharpness", pooling.sharpness},
      {"height", pooling.height},
      {"width", pooling.width}}.dump();
}

Model read_model(const std::filesystem::path& model, int channels, Contents contents) {
  Model read;
  read.path = model_file_of(model);
  if (is_pytorch_file(read.path))
    throw Error("a PyTorch file, not safetensors", read.path.string(),
                "Save the weights in Python with safetensors.torch.save_file(model.state_dict(), FILE)");
  read.weights = contents == Contents::all ? store::read_safetensors(read.path)
                                           : store::read_safetensors_header(read.path);
  if (is_foreign(read.weights)) adopt_names(read.weights, read.path.string());
  read.info = model_info_of(read.weights, read.path);
  const auto& how = read.info.crop_normalization;
  if (contents == Contents::all && how && image::needs_statistics(*how))
    read.info.statistics = statistics_of(read.weights, read.path);
  auto& own = read.info.spec.channels;
  const bool foreign = !how;
  if (!foreign || channels == 0 || own == channels || own != 3) return read;
  for (const std::string name : first_convolutions)
    if (const auto found = read.weights.tensors.find(name); found != read.weights.tensors.end())
      found->second = with_channels(found->second, channels, read.path.string() + ":" + name);
  read.remark = "first convolution adapted from " + std::to_string(own) + " to " + std::to_string(channels) +
                " channels";
  own = channels;
  return read;
}

Model read_initial_weights(const std::filesystem::path& model, const NetworkSpec& spec, Contents contents) {
  auto read = read_model(model, spec.channels, contents);
  const auto& own = read.info.spec;
  if (own.architecture != spec.architecture)
    throw Error("these are weights of a " + own.architecture + ", to be trained is a " + spec.architecture,
                read.path.string(),
                "Set --architecture " + own.architecture + ", or give weights of a " + spec.architecture);
  if (own.channels != spec.channels)
    throw Error("these weights take " + std::to_string(own.channels) + " channels, the screen has " +
                    std::to_string(spec.channels),
                read.path.string(),
                "Choose the channels they were trained on with --channels, or give other weights");
  return read;
}

}  // namespace cytoscale::network
