// bench_network [--encoder onednn|torch] [--precision fp32|bf16] [--layer conv4a] [--architecture resnet18]
//               [--channels 5] [--crop-size 128] [--cells 256] [--threads 1] [--device cpu] [--rounds 5]
// The network alone, on crops in memory, GFLOP by second (cells beside it). The limit: products of large
// matrices by the same library, in the same precision, on as many threads.
#include "bench.hpp"
#include "core/random.hpp"
#include "embed/encoder.hpp"
#include "flops.hpp"
#include "network/device.hpp"
#include "settings/machine_settings.hpp"

namespace cytoscale::bench {
namespace {

struct Settings {
  embed::EncoderOptions encoder;
  std::string layer = "conv4a";
  int crop_px = 128, cells = 256, rounds = 5;
};

Settings parse(int argc, char** argv) {
  Settings settings;
  auto& encoder = settings.encoder;
  encoder.kind = embed::EncoderKind::onednn;
  encoder.device = network::Device::cpu;
  encoder.channels = 5;
  cli::OptionSet options;
  options.add("encoder", encoder.kind, "");
  settings::declare_precision(options, encoder.precision);
  options.add("layer", settings.layer, "");
  options.add("architecture", encoder.architecture, "");
  options.add("channels", encoder.channels, "");
  options.add("crop-size", settings.crop_px, "");
  options.add("cells", settings.cells, "of a round");
  options.add("threads", encoder.threads, "");
  options.add("device", encoder.device, "");
  options.add("rounds", settings.rounds, "");
  assign(options, argc, argv);
  if (encoder.kind == embed::EncoderKind::automatic)
    throw Error("name one: its library's products are the limit", "--encoder");
  encoder.precision = network::resolve_precision(encoder.precision, encoder.device);
  encoder.crop_size = settings.crop_px;
  encoder.layers = {settings.layer};
  return settings;
}

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  const auto settings = parse(argc, argv);
  const auto& options = settings.encoder;
  const auto encoder = embed::make_encoder(options);
  const auto cells = static_cast<std::size_t>(settings.cells);
  std::vector<float> crops(cells * static_cast<std::size_t>(options.channels) * options.crop_size.pixels());
  std::vector<float> features(cells * encoder->feature_names().size());
  Random random(1, {});
  for (auto& value : crops) value = static_cast<float>(random.uniform());
  const auto products = options.kind == embed::EncoderKind::torch
                            ? torch_products(options.precision, options.threads, options.device)
                            : onednn_products(options.precision, options.threads);
  const auto rounds = in_turn(
      comm, settings.rounds, [&] { encoder->encode(crops, cells, features); }, products.run);
  const double per_cell = forward_flop({options.architecture, options.channels, 0}, settings.crop_px,
                                       settings.layer),
               flop = per_cell * settings.cells;
  const Measured measured{"network",
                          {{"cells", cells},
                           {"channels", options.channels},
                           {"crop_px", settings.crop_px},
                           {"layer", settings.layer},
                           {"threads", options.threads},
                           {"encoder", encoder->description()},
                           {"MFLOP_per_cell", per_cell / 1e6}},
                          "GFLOP",
                          flop / 1e9,
                          "products of large matrices by " + products.library,
                          products.flop / 1e9,
                          rounds};
  print(comm, measured, {{"cells_per_s", figure(settings.cells / measured.seconds())}});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
