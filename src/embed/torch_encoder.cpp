#include <algorithm>

#include "embed/encoder_modules.hpp"
#include "embed/torch_encoder_torch.hpp"
#include "network/memory.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::embed {

TorchEncoder::TorchEncoder(const CropShape& crop, const EncoderOptions& options)
    : TorchEncoder(crop, options, network::choose_device(options.device, options.local_rank)) {}

// Threads share a whole field, and take tiles of cells each.
TorchEncoder::TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device)
    : TiledEncoder(crop,
                   options.whole_fields ? 1
                   : device.is_cpu()    ? 16
                                        : 256,
                   device.is_cpu() && !options.whole_fields ? options.threads : 1),
      device_(device),
      threads_in_tile_(options.whole_fields ? options.threads : 1) {}

void TorchEncoder::begin_thread() const {
  at::set_num_threads(threads_in_tile_);
}

// Empty places are black.
void TorchEncoder::encode_tile(std::span<const TilePlace> places) {
  torch::NoGradGuard no_graph;
  torch::InferenceMode inference(!needs_gradients());
  auto input = empty_tile();
  const auto picture = static_cast<std::size_t>(input.stride(0));
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i].picture != nullptr)
      std::copy_n(places[i].picture, picture, input.data_ptr<float>() + i * picture);
  const auto outputs = features(input).to(torch::kCPU, torch::kFloat32).contiguous();
  const auto width = static_cast<std::size_t>(outputs.size(1));
  for (std::size_t i = 0; i < places.size(); ++i)
    if (places[i].picture != nullptr)
      std::copy_n(outputs.data_ptr<float>() + i * width, width, places[i].features);
}

torch::Tensor TorchEncoder::empty_tile() const {
  const auto& size = crop().size;
  return torch::zeros({static_cast<std::int64_t>(tile()), crop().channels, size.height, size.width});
}

std::string TorchEncoder::library() const {
  return std::string("LibTorch ") + TORCH_VERSION + (device_.is_cpu() ? ", CPU" : ", CUDA");
}

namespace {

const bool defined = make_torch_encoder.define([](const EncoderOptions& options) -> std::unique_ptr<Encoder> {
  network::configure_malloc_for_training();
  return network::is_pytorch_file(options.model) ? make_torchscript_encoder(options)
                                                 : make_network_encoder(options);
});

}  // namespace
}  // namespace cytoscale::embed
