// What our LibTorch encoders share: tiles of tensors, one intra-op thread for each worker.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "embed/tiled_encoder.hpp"

namespace cytoscale::embed {

class TorchEncoder : public TiledEncoder {
 public:
  void begin_thread() const final;
  void encode_tile(std::span<const TilePlace> places) final;
  std::unique_ptr<FeatureStream> field_stream(const screen::Screen& screen, const store::CellTable& cells,
                                              const std::string& masks, TilePlaces places,
                                              FeatureStream::Done done) final;

 protected:
  TorchEncoder(const CropShape& crop, const EncoderOptions& options);
  // [tile][C][h][w] float32, or of type() on the device -> [tile][D], any type and device. Called by several
  // threads at once.
  virtual torch::Tensor features(const torch::Tensor& crops) = 0;
  virtual bool needs_gradients() const { return false; }
  // The same without a word from the host, so that a device can repeat it by itself.
  virtual bool can_be_recorded() const { return false; }
  torch::Tensor empty_tile() const;
  std::string library() const;  // its version and the device, for description()

  const torch::ScalarType& type() const { return type_; }

  torch::Device device_;

 private:
  TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device, bool takes_fields);
  TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device);
  int threads_in_tile_;
  bool takes_fields_;  // and cuts crops on the device
  torch::ScalarType type_;
};

// The two kinds that make_torch_encoder() chooses from.
std::unique_ptr<Encoder> make_network_encoder(const EncoderOptions& options);
std::unique_ptr<Encoder> make_torchscript_encoder(const EncoderOptions& options);

}  // namespace cytoscale::embed
