// What our encoders share: crops pass in tiles of a fixed size, on threads that compute alone. A library
// chooses its algorithm by the batch's size, and a cell's features must depend neither on how many stand
// beside it nor on the number of threads; and two threads with a tile each are faster than two that share
// one.
#pragma once
#include "embed/encoder.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::embed {

struct CropShape {
  int channels;
  image::PictureSize size;
  image::Rescaling rescaling;
  image::CropNeighbors neighbors = image::CropNeighbors::keep;
};

class TiledEncoder : public Encoder {
 public:
  int channels() const final { return crop_.channels; }
  image::PictureSize crop_size() const final { return crop_.size; }
  const image::Rescaling& rescaling() const final { return crop_.rescaling; }
  image::CropNeighbors neighbors() const final { return crop_.neighbors; }
  std::size_t tile() const final { return tile_; }
  int threads() const final { return threads_; }

 protected:
  // tile: crops that pass together, at most; fewer where they are large.
  TiledEncoder(const CropShape& crop, std::size_t tile, int threads);
  const CropShape& crop() const { return crop_; }

 private:
  CropShape crop_;
  std::size_t tile_;
  int threads_;
};

// The network that the options name: a file's, or an untrained one of their architecture (without weights).
network::Model model_of(const EncoderOptions& options);

// Of the options, or of a model that does not say.
CropShape crop_shape_of(const EncoderOptions& options, int channels);
// Window, rescaling and neighbors of crops are the model's. Throws Error: options that contradict it.
CropShape crop_shape_of(const network::Model& model, const EncoderOptions& options);

// The layers that the options name, or the usual one.
std::vector<network::LayerInfo> layers_of(const network::NetworkSpec& spec, const EncoderOptions& options);

}  // namespace cytoscale::embed
