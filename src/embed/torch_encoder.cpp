#include <algorithm>

#include "core/error.hpp"
#include "embed/device_stream_torch.hpp"
#include "embed/encoder_modules.hpp"
#include "embed/torch_encoder_torch.hpp"
#include "network/memory.hpp"
#include "network/torch/network_torch.hpp"

namespace cytoscale::embed {

namespace {

// Measured on an H200: 84,000 crops of 128 px pass ResNet18's first half in a second in tiles of some
// hundreds.
constexpr std::size_t tile_on_cpu = 16, tile_on_gpu = 256, tile_of_fields_on_gpu = 512;

bool cuts_on_device(const EncoderOptions& options, const torch::Device& device) {
  using network::PixelPlace;
  const bool cuts = !options.whole_fields && options.evidence.empty();
  if (options.pixels == PixelPlace::device && !cuts)
    throw Error("whole fields are not cut", "option --pixels", "Leave it out");
  return options.pixels == PixelPlace::device ||
         (options.pixels == PixelPlace::automatic && device.is_cuda() && cuts);
}

std::size_t tile_for(const EncoderOptions& options, const torch::Device& device, bool takes_fields) {
  if (options.whole_fields) return 1;
  if (device.is_cpu()) return tile_on_cpu;
  return takes_fields ? tile_of_fields_on_gpu : tile_on_gpu;
}

}  // namespace

TorchEncoder::TorchEncoder(const CropShape& crop, const EncoderOptions& options)
    : TorchEncoder(crop, options, network::choose_device(options.device, options.local_rank)) {}

TorchEncoder::TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device)
    : TorchEncoder(crop, options, device, cuts_on_device(options, device)) {}

// Threads share a whole field, and what is cut on the device; else they take tiles of cells each.
TorchEncoder::TorchEncoder(const CropShape& crop, const EncoderOptions& options, torch::Device device,
                           bool takes_fields)
    : TiledEncoder(crop, tile_for(options, device, takes_fields),
                   device.is_cpu() && !options.whole_fields ? options.threads : 1),
      device_(device),
      threads_in_tile_(options.whole_fields || takes_fields ? options.threads : 1),
      takes_fields_(takes_fields),
      type_(network::computing_type(options.precision)) {
  network::set_computing(options.precision);
}

std::unique_ptr<FeatureStream> TorchEncoder::field_stream(const screen::Screen& screen,
                                                          const store::CellTable& cells,
                                                          const std::string& masks, TilePlaces places,
                                                          FeatureStream::Done done) {
  if (!takes_fields_) return nullptr;
  return std::make_unique<DeviceStream>(
      screen, cells, masks, std::move(places), *this,
      TileWork{device_, type_, [this](const torch::Tensor& crops) { return features(crops); },
               can_be_recorded(), threads_in_tile_},
      std::move(done));
}

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
