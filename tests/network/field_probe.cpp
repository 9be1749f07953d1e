// For compare_fields.py: field_probe FILE writes a safetensors file with what the pools make of class maps
// and their gradients, and for each network over fields its weights, fields, class maps, bags, logits, and a
// signal sent back to the pixels; what goes in beside what comes out.
#include <torch/types.h>
#include <torch/utils.h>

#include "core/random.hpp"
#include "network/torch/network_torch.hpp"
#include "network/torch/pooling_torch.hpp"

using namespace cytoscale;

namespace {

torch::Tensor random_values(std::vector<std::int64_t> shape, std::uint64_t stream) {
  auto values = torch::empty(shape);
  Random random(4, {stream});
  for (std::int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<float>()[i] = static_cast<float>(random.normal());
  return values;
}

void dump_pools(store::SafeTensors& file) {
  const auto threshold = torch::tensor({0.1f, 0.5f, 0.95f, 1.7f});
  const auto weights = random_values({3, 4}, 2);
  file.tensors["pool/logits"] = network::store_tensor(random_values({3, 4, 5, 6}, 1) * 2 - 1);
  file.tensors["pool/threshold"] = network::store_tensor(threshold);
  file.tensors["pool/weights"] = network::store_tensor(weights);
  const auto dump = [&](const std::string& name, auto&& pool) {
    auto logits = (random_values({3, 4, 5, 6}, 1) * 2 - 1).requires_grad_();
    auto b = threshold.clone().requires_grad_();
    const auto bags = pool(logits, b);
    (bags * weights).sum().backward();
    file.tensors["pool/" + name + "/bags"] = network::store_tensor(bags);
    file.tensors["pool/" + name + "/gradient"] = network::store_tensor(logits.grad());
    if (b.grad().defined())
      file.tensors["pool/" + name + "/threshold_gradient"] = network::store_tensor(b.grad());
  };
  for (const auto& kind : network::pools_of("mil_cnn"))
    for (const double sharpness : {1.0, 2.5, 5.0, 7.5, 10.0})
      dump(enum_name(kind) + ":" + std::to_string(sharpness).substr(0, 4),
           [&](const auto& logits, const auto& b) {
             return network::probabilities_of_odds(network::pool_log_odds(kind, logits, sharpness, b));
           });
  // Probabilities that no float tells from 0 or 1, beside others that it does.
  const auto extreme =
      random_values({5, 1, 2, 3}, 3) * 40 + torch::tensor({-120, -30, 0, 30, 120}).view({5, 1, 1, 1});
  file.tensors["extreme/logits"] = network::store_tensor(extreme);
  for (const auto& kind : network::pools_of("mil_cnn"))
    for (const double sharpness : {1.0, 2.5, 10.0}) {
      auto logits = extreme.clone().requires_grad_();
      auto b = torch::full({1}, 0.4).requires_grad_();
      const auto odds = network::pool_log_odds(kind, logits, sharpness, b);
      odds.sum().backward();
      const auto name = "extreme/" + enum_name(kind) + ":" + std::to_string(sharpness).substr(0, 4);
      file.tensors[name + "/log_odds"] = network::store_tensor(odds);
      file.tensors[name + "/gradient"] = network::store_tensor(logits.grad());
    }
  for (const auto kind : {network::Pool::max, network::Pool::mean, network::Pool::lse})
    dump("scores-" + enum_name(kind),
         [&](const auto& logits, const auto&) { return network::pool_scores(kind, logits, 2.5); });
}

void dump_network(store::SafeTensors& file, const std::string& name, const network::NetworkSpec& spec,
                  int height, int width) {
  const auto network = network::make_network(spec);
  network->initialize(6);
  {
    torch::NoGradGuard no_grad;
    for (const auto& [key, tensor] : network->named_tensors())  // as if something had been learned
      if (key.ends_with("running_var"))
        tensor.copy_(random_values(tensor.sizes().vec(), 7).abs() + 0.5);
      else if (tensor.dim() == 1 && tensor.is_floating_point())
        tensor.add_(random_values(tensor.sizes().vec(), 8) * 0.2);
  }
  network->eval();
  const auto fields = random_values({2, spec.channels, height, width}, 9);
  const auto evidence = network->forward_with_evidence(fields);
  const auto put = [&](const std::string& key, const torch::Tensor& values) {
    file.tensors[name + "/" + key] = network::store_tensor(values);
  };
  for (const auto& [key, tensor] : network->named_tensors()) put("weights/" + key, tensor);
  put("fields", fields);
  put("maps", evidence.maps);
  put("bags", evidence.bags);
  put("logits", evidence.logits);
  put("classified", network->classify(fields));
  const auto layers = network::layers_of(spec);
  put("last_features", network->features(fields, {layers.back().name})[0]);
  const auto signal = random_values(evidence.maps.sizes().vec(), 10).abs();
  put("signal", signal);
  const auto start = [&](const network::Evidence&) { return signal; };
  put("gradient", network->backpropagate_evidence(fields, start, false));
  put("rectified", network->backpropagate_evidence(fields, start, true));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  store::SafeTensors file;
  dump_pools(file);
  dump_network(file, "mil_cnn", {"mil_cnn", 3, 5}, 200, 150);
  dump_network(file, "mil_cnn_cell", {"mil_cnn", 2, 4, {network::Pool::lse, 2.5}}, 64, 96);
  dump_network(file, "wscnn4", {"wscnn4", 1, 2}, 105, 140);
  dump_network(file, "wscnn4_fc", {"wscnn4", 1, 2, {network::Pool::fc, 0, 105, 140}}, 105, 140);
  dump_network(file, "wscnn6", {"wscnn6", 2, 3, {network::Pool::mean}}, 178, 231);
  store::write_safetensors(argv[1], file);
}
