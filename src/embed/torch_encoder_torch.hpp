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

 protected:
  TorchEncoder(const CropShape& crop, const EncoderOptions& options);
  // [tile][C][h][w] float32 -> [tile][D], any type and device. Called by several threads at once.
  virtual torch::Tensor features(const torch::Tensor& crops) = 0;
  virtual bool needs_gradients() const { return false; }
  torch::Tensor empty_tile() const;
  std::string library() const;  // its version and the device, for description()

  torch::Device device_;

 private:
  TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device);
  int threads_in_tile_;
};

// The two kinds that make_torch_encoder() chooses from.
std::unique_ptr<Encoder> make_network_encoder(const EncoderOptions& options);
std::unique_ptr<Encoder> make_torchscript_encoder(const EncoderOptions& options);

}  // namespace cytoscale::embed
