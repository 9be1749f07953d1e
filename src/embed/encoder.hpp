// Crops in, features out, behind one interface; which library computes them is the encoder's own business.
#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "embed/feature_stream.hpp"
#include "embed/tile_places.hpp"
#include "image/crop/crop.hpp"
#include "network/spec/compute.hpp"

namespace cytoscale::embed {

// One place of a tile, or, with null pointers, an empty one.
struct TilePlace {
  const float* picture = nullptr;  // [C][h][w]
  float* features = nullptr;       // [D], to be written
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual int channels() const = 0;
  virtual image::PictureSize crop_size() const = 0;
  virtual const image::Rescaling& rescaling() const = 0;  // the crops to encode() must have had it
  // What crops are to show of other cells.
  virtual image::CropNeighbors neighbors() const { return image::CropNeighbors::keep; }
  // D names, e.g. resnet18_conv4a_0; the layers asked for, one after another.
  virtual const std::vector<std::string>& feature_names() const = 0;
  // Of each of the D features, the layer it is of.
  virtual const std::vector<std::string>& feature_layers() const = 0;
  // What computes, for provenance: library and its version, precision, device, model.
  virtual std::string description() const = 0;
  // Places of a tile: the pictures that pass together, always as many. What stands in one changes nothing at
  // the others.
  virtual std::size_t tile() const = 0;
  // How many threads may call encode_tile() at a time; each calls begin_thread() first.
  virtual int threads() const = 0;
  virtual void begin_thread() const {}
  virtual void encode_tile(std::span<const TilePlace> places) = 0;

  // Where crops are cut where the network computes: what takes whole fields in their place. Null: it takes
  // crops. `masks`: as EmbedOptions::masks. All must outlive it.
  virtual std::unique_ptr<FeatureStream> field_stream(const screen::Screen&, const store::CellTable&,
                                                      const std::string& /*masks*/, TilePlaces,
                                                      FeatureStream::Done) {
    return nullptr;
  }

  // All of crops, [count][C][h][w], tile by tile, on threads of its own; out: [count][D]. Throws Error: spans
  // of another size.
  void encode(std::span<const float> crops, std::size_t count, std::span<float> out);
};

// What is taken for evidence of what comes back to a pixel: the size of a gradient (Sailem et al. 2017), or
// that with what is negative set to 0 at each layer (Kraus et al. 2016 eq. 5).
enum class EvidenceKind { gradient, rectified };

// Which library computes.
enum class EncoderKind {
  automatic,  // oneDNN where it can, on a CPU
  onednn,     // features of ResNets and VGGs, but for a VGG's dense layers; CPUs
  torch,      // whatever there is: the reference
};

struct EncoderOptions {
  EncoderKind kind = EncoderKind::automatic;
  // Model folder or .safetensors file of ours or from elsewhere, or a TorchScript module; empty: an untrained
  // network from `seed`.
  std::filesystem::path model;
  std::vector<std::string> layers;  // or "all"; empty: the usual one. Not for a TorchScript module
  // Instead of layers, what the network takes a picture for: a probability for each label, of layer "class";
  // with `maps` and a network over fields also a value for each place of each class map, of layer "map".
  bool classes = false, maps = false;
  // Beside these probabilities, the evidence that each pixel of a field is for a label, of layer "evidence":
  // what comes back from the label's class map through a network over fields
  // (Network::backpropagate_evidence). A label, "predicted" (the likeliest one) or "all"; empty: none. Fields
  // only.
  std::string evidence;
  std::optional<EvidenceKind> evidence_kind;  // none: as the architecture's paper has it
  // Evidence is asked of the field continued by its mirror image this far beyond its edges: what stands at an
  // edge is seen as what stands in the middle. Probabilities are the field's own.
  int evidence_margin_px = 0;
  network::Precision precision = network::Precision::fp32;
  // device: features of cells by LibTorch; its own crops differ from the host's in the last bits.
  network::PixelPlace pixels = network::PixelPlace::automatic;
  int threads = 1;                 // that compute
  int channels = 0;                // of the screen; a model of another number is refused
  bool whole_fields = false;       // pictures are fields of crop_size, whatever size it was trained on
  image::PictureSize crop_size{};  // 0: the model's; 128 where it does not say
  // None: the model's; maximum where it does not say.
  std::optional<image::CropNormalization> crop_normalization;
  std::optional<image::CropNeighbors> crop_neighbors;  // none: the model's; keep where it does not say
  std::uint64_t seed = 0;                              // of the untrained network
  std::string architecture = "resnet18";               // of the untrained network
  network::Device device = network::Device::automatic;
  int local_rank = 0;     // number of this rank on its node: chooses the GPU
  void validate() const;  // throws Error
};

// What oneDNN cannot do of what is asked, for which `automatic` takes LibTorch on a CPU, too; empty: nothing.
// Throws Error: a model that cannot be read, a layer that it does not have.
std::string beyond_onednn(const EncoderOptions& options);

// Throws Error: a model that cannot be read or does not fit the options; an encoder that does not do what is
// asked.
std::unique_ptr<Encoder> make_encoder(const EncoderOptions& options);

}  // namespace cytoscale::embed

template <>
struct cytoscale::EnumNames<cytoscale::embed::EncoderKind> {
  static constexpr const char* what = "encoder";
  static constexpr EnumName<embed::EncoderKind> all[] = {{embed::EncoderKind::automatic, "auto"},
                                                         {embed::EncoderKind::onednn, "onednn"},
                                                         {embed::EncoderKind::torch, "torch"}};
};

template <>
struct cytoscale::EnumNames<cytoscale::embed::EvidenceKind> {
  static constexpr const char* what = "kind of evidence";
  static constexpr EnumName<embed::EvidenceKind> all[] = {{embed::EvidenceKind::gradient, "gradient"},
                                                          {embed::EvidenceKind::rectified, "rectified"}};
};
