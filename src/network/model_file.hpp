// A model on disk: one safetensors file, tensors named as torchvision names them, so that Python reads it
// with nothing of ours. Metadata (text): format, architecture, channels, classes, crop_px,
// crop_normalisation, labels (JSON list), provenance (JSON).
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "network/network_spec.hpp"
#include "store/safetensors.hpp"

namespace cytoscale {

struct ModelInfo {
  NetworkSpec spec;
  int crop_px = 0;  // 0: not known (a file that is not ours)
  std::string crop_normalisation = "maximum";
  std::vector<std::string> labels;  // name of each class; may be empty
  nlohmann::json provenance = nlohmann::json::object();
};

// "model" may be the file itself or a folder that holds model.safetensors. Throws Error when neither is
// there.
std::filesystem::path model_file_of(const std::filesystem::path& model);

// The description of a model file. Without our metadata (a torchvision export) the architecture is
// `fallback_architecture`, and channels and classes are taken from the shapes of conv1.weight (or
// features.0.weight) and of the last layer. Throws Error naming file and key.
ModelInfo model_info_of(const SafeTensors& file, const std::filesystem::path& path,
                        const std::string& fallback_architecture = "resnet18");

std::map<std::string, std::string> model_metadata(const ModelInfo& info);

// A network's initial weights: a function of the specification and the seed alone.
SafeTensors initial_weights(const ModelInfo& info, std::uint64_t seed);

}  // namespace cytoscale
