#include "network/model_file.hpp"

#include <charconv>

#include "core/error.hpp"
#include "core/text.hpp"

namespace cytoscale {
namespace {

constexpr const char* format_name = "cytoscale-model-1";

std::string text_of(const SafeTensors& file, const std::string& key, const std::filesystem::path& path) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end())
    throw Error("the model's description lacks this key", path.string() + ":" + key,
                "The file was changed after it was written; export the model again");
  return found->second;
}

int number_of(const SafeTensors& file, const std::string& key, const std::filesystem::path& path) {
  const auto text = text_of(file, key, path);
  int value = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || end != text.data() + text.size() || value < 0)
    throw Error("'" + text + "' is not a number", path.string() + ":" + key, "Export the model again");
  return value;
}

nlohmann::json json_of(const SafeTensors& file, const std::string& key, const std::filesystem::path& path) {
  auto value = nlohmann::json::parse(text_of(file, key, path), nullptr, false);
  if (value.is_discarded())
    throw Error("not valid JSON", path.string() + ":" + key, "Export the model again");
  return value;
}

// Channels and classes as the tensors show them.
NetworkSpec spec_from_shapes(const SafeTensors& file, const std::filesystem::path& path,
                             const std::string& architecture) {
  NetworkSpec spec{architecture, 0, 0};
  for (const auto* name : {"conv1.weight", "features.0.weight"}) {
    const auto found = file.tensors.find(name);
    if (found != file.tensors.end() && found->second.shape.size() == 4)
      spec.channels = static_cast<int>(found->second.shape[1]);
  }
  if (spec.channels == 0)
    throw Error("no first convolution (conv1.weight) in the file", path.string(),
                "Give weights with torchvision's parameter names");
  for (const auto* name : {"fc.weight", "classifier.6.weight"}) {
    const auto found = file.tensors.find(name);
    if (found != file.tensors.end() && !found->second.shape.empty())
      spec.classes = static_cast<int>(found->second.shape[0]);
  }
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

ModelInfo model_info_of(const SafeTensors& file, const std::filesystem::path& path,
                        const std::string& fallback_architecture) {
  ModelInfo info;
  if (!file.metadata.contains("architecture")) {
    info.spec = spec_from_shapes(file, path, fallback_architecture);
    return info;
  }
  info.spec.architecture = text_of(file, "architecture", path);
  info.spec.channels = number_of(file, "channels", path);
  info.spec.classes = number_of(file, "classes", path);
  info.crop_px = number_of(file, "crop_px", path);
  info.crop_normalisation = text_of(file, "crop_normalisation", path);
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

std::map<std::string, std::string> model_metadata(const ModelInfo& info) {
  return {{"format", format_name},
          {"architecture", info.spec.architecture},
          {"channels", std::to_string(info.spec.channels)},
          {"classes", std::to_string(info.spec.classes)},
          {"crop_px", std::to_string(info.crop_px)},
          {"crop_normalisation", info.crop_normalisation},
          {"labels", nlohmann::json(info.labels).dump()},
          {"provenance", info.provenance.dump()}};
}

}  // namespace cytoscale
