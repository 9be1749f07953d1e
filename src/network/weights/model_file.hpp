// A model on disk: one safetensors file, tensors named as torchvision or timm names them, so that Python
// reads it with nothing of ours. Metadata (text): format, architecture, channels, classes, crop_px,
// crop_normalization, labels (JSON list), provenance (JSON); of a network over fields also pooling (JSON:
// kind, sharpness, height, width), of a network that gives a picture several labels several_labels, and of
// one that learned from crops without their neighbors crop_neighbors.
#pragma once
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "image/crop/crop.hpp"
#include "network/spec/network_spec.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

struct ModelInfo {
  NetworkSpec spec;
  int crop_px = 0;  // 0: not known (weights from elsewhere)
  // None: not known.
  std::optional<image::CropNormalization> crop_normalization = image::CropNormalization::maximum;
  image::PictureStatistics statistics{};  // that it takes, if any
  std::vector<std::string> labels;        // name of each class; may be empty
  bool several_labels = false;            // a picture may have more than one: each is answered by itself
  nlohmann::json provenance = nlohmann::json::object();
  std::optional<image::CropNeighbors> crop_neighbors = image::CropNeighbors::keep;  // none: not known
};

// "model" may be the file itself or a folder that holds model.safetensors. Throws Error when neither is
// there.
std::filesystem::path model_file_of(const std::filesystem::path& model);

// A file as torch.save and torch.jit.save write them, by its first bytes or its name (.pt, .pth, .ts).
bool is_pytorch_file(const std::filesystem::path& path);

// The description of a model file. Without our metadata (weights from elsewhere) the architecture is
// recognized by the tensors' names (recognize_architecture(); metadata that call an EfficientNet
// tf_efficientnet_b0 are believed); channels and classes are those of the first and of the last layer's
// shape. Throws Error naming file and key, or the architectures that we know.
ModelInfo model_info_of(const store::SafeTensors& file, const std::filesystem::path& path);

// All of it into a file that holds the weights.
void describe_model(const ModelInfo& info, store::SafeTensors& file);

struct Model {
  std::filesystem::path path;  // of the file
  ModelInfo info;
  store::SafeTensors weights;
  std::string remark;  // what was changed for it to fit; may be empty
};
enum class Contents { all, header };  // header: the weights without their data

// The model, for pictures of `channels` channels (0: any). Weights from elsewhere that take three (RGB) are
// adapted to that many: their first convolution becomes its mean over the input channels, repeated, times
// 3/channels, so that equal channels give the response that a gray picture gave. Throws Error as
// model_info_of() and read_safetensors() do; the channels of info may still be others.
Model read_model(const std::filesystem::path& model, int channels, Contents contents = Contents::all);

// What training of such a network may start from; its last layer is of no account. Throws Error: another
// architecture, other channels.
Model read_initial_weights(const std::filesystem::path& model, const NetworkSpec& spec,
                           Contents contents = Contents::all);
// Throws Error as loading these weights would, from the file's header alone; returns the remark.
std::string check_initial_weights(const std::filesystem::path& model, const NetworkSpec& spec);

// A network's initial weights: a function of the specification and the seed alone.
store::SafeTensors initial_weights(const ModelInfo& info, std::uint64_t seed);

}  // namespace cytoscale::network
