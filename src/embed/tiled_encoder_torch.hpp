// What our LibTorch encoders share: crops pass in tiles of a fixed size, on threads with one intra-op thread
// each.
#pragma once
#include <torch/types.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "core/threads/worker_pool.hpp"
#include "embed/encoder.hpp"

namespace cytoscale::embed {

struct CropShape {
  int channels;
  image::PictureSize size;
  image::Rescaling rescaling;
};

class TiledEncoder : public Encoder {
 public:
  int channels() const final { return crop_.channels; }
  image::PictureSize crop_size() const final { return crop_.size; }
  const image::Rescaling& rescaling() const final { return crop_.rescaling; }
  void encode(std::span<const float> crops, std::size_t count, std::span<float> out) final;

 protected:
  TiledEncoder(const CropShape& crop, const EncoderOptions& options);
  // [tile][C][h][w] float32 -> [tile][D], any type and device. Called by several threads at once.
  virtual torch::Tensor features(const torch::Tensor& crops) = 0;
  virtual bool needs_gradients() const { return false; }
  torch::Tensor empty_tile() const;
  std::string library() const;  // its version and the device, for description()

  torch::Device device_;

 private:
  void encode_tile(std::span<const float> crops, std::size_t count, std::span<float> out);
  CropShape crop_;
  std::size_t tile_;
  // What is computed for a tile does not depend on how many threads there are, and two with a tile each are
  // faster than two that share one.
  WorkerPool workers_;
};

// Of the options, or of a model that does not say.
CropShape crop_shape_of(const EncoderOptions& options, int channels);

// The two kinds that make_torch_encoder() chooses from.
std::unique_ptr<Encoder> make_network_encoder(const EncoderOptions& options);
std::unique_ptr<Encoder> make_torchscript_encoder(const EncoderOptions& options);

}  // namespace cytoscale::embed
