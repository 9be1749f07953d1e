#include "core/error.hpp"
#include "learn/run/run_state_torch.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::learn {
namespace {

constexpr const char *schedule_key = "schedule", *best_key = "best", *best_prefix = "best/",
                     *head_prefix = "regularizer/";

nlohmann::json state_in(const store::SafeTensors& file, const std::string& key, const std::string& where) {
  const auto found = file.metadata.find(key);
  auto state =
      found == file.metadata.end() ? nlohmann::json() : nlohmann::json::parse(found->second, nullptr, false);
  if (!state.is_object())
    throw Error("the run's state lacks a part", where + ":" + key,
                "The checkpoint is damaged: remove it to continue from the one before");
  return state;
}

void restore_head(torch::nn::Module& head, const store::SafeTensors& file, const std::string& where) {
  torch::NoGradGuard no_grad;
  for (auto& entry : head.named_parameters()) {
    const auto name = head_prefix + entry.key();
    const auto found = file.tensors.find(name);
    if (found == file.tensors.end() || found->second.shape != entry.value().sizes().vec())
      throw Error("the tensor is missing or of another shape", where + ":" + name,
                  "The checkpoint is damaged: remove it to continue from the one before");
    entry.value().copy_(network::restore_tensor(found->second, where + ":" + name));
  }
}

void take_initial_weights(network::Network& network, const std::filesystem::path& model) {
  const auto read = network::read_initial_weights(model, network.spec());
  network::load_weights(network, read.weights, read.path.string(), network::LastLayer::keep);
}

}  // namespace

RunState::RunState(const mpi::Communicator& comm, const network::NetworkSpec& spec, int labels,
                   const BatchMaker& maker, const TrainOptions& options, std::int64_t total_steps,
                   int threads)
    : learner(options.pixels == network::PixelPlace::device
                  ? make_device_learner(comm, spec, labels, maker, options, threads)
                  : make_host_learner(comm, spec, labels, maker, options, threads)),
      schedule(options, total_steps) {
  learner->network().initialize(options.seed);
  if (!options.initial_weights.empty()) take_initial_weights(learner->network(), options.initial_weights);
  learner->weights_changed();
}

void RunState::keep_best() {
  best_weights_.emplace();
  network::store_weights(learner->network(), *best_weights_);
}

store::SafeTensors RunState::weights() const {
  if (best_weights_) return *best_weights_;
  store::SafeTensors file;
  network::store_weights(learner->network(), file);
  return file;
}

void RunState::store(store::SafeTensors& file) const {
  network::store_weights(learner->network(), file);
  if (learner->head())
    for (const auto& entry : learner->head()->named_parameters())
      file.tensors[head_prefix + entry.key()] = network::store_tensor(entry.value());
  if (best_weights_)
    for (const auto& [name, tensor] : best_weights_->tensors) file.tensors[best_prefix + name] = tensor;
  learner->optimiser().store(file);
  file.metadata[schedule_key] = schedule.state().dump();
  file.metadata[best_key] = best.state().dump();
}

void RunState::restore(const store::SafeTensors& file, const std::string& where) {
  network::load_weights(learner->network(), file, where);
  if (learner->head()) restore_head(*learner->head(), file, where);
  learner->optimiser().restore(file, where);
  schedule.restore(state_in(file, schedule_key, where));
  best.restore(state_in(file, best_key, where));
  const std::string prefix = best_prefix;
  best_weights_.reset();
  for (const auto& [name, tensor] : file.tensors) {
    if (!name.starts_with(prefix)) continue;
    if (!best_weights_) best_weights_.emplace();
    best_weights_->tensors[name.substr(prefix.size())] = tensor;
  }
  learner->weights_changed();
}

}  // namespace cytoscale::learn
