// For compare_learning.py: dump_learning FILE writes a safetensors file with learning rates of every
// schedule, the losses and gradients of mixup, of the recurrent regulariser and of the joint loss over fields
// on a small batch, and an optimiser's steps with clipped gradients; what goes in beside what comes out.
#include <torch/torch.h>

#include <algorithm>

#include "core/random.hpp"
#include "learn/optimiser.hpp"
#include "learn/regulariser_torch.hpp"
#include "learn/schedule.hpp"
#include "store/safetensors.hpp"

using namespace cytoscale;

namespace {

constexpr int labels = 4, crop_px = 32;

torch::Tensor random_values(std::vector<std::int64_t> shape, std::uint64_t stream) {
  auto values = torch::empty(shape);
  Random random(9, {stream});
  for (std::int64_t i = 0; i < values.numel(); ++i)
    values.data_ptr<float>()[i] = static_cast<float>(random.normal());
  return values;
}

// Labels, and nothing to draw.
const TrainingPlan& undrawn() {
  static const TrainingPlan plan = [] {
    TrainingPlan made;
    made.labels.resize(labels);
    return made;
  }();
  return plan;
}

std::shared_ptr<Network> ready_network(const NetworkSpec& spec) {
  auto network = make_network(spec);
  network->initialise(5);
  network->eval();
  return network;
}

void dump_schedules(SafeTensors& file) {
  const std::int64_t steps = 60;
  const auto losses =
      torch::tensor({3.0, 2.0, 2.5, 1.9999, 2.2, 2.1, 2.3, 1.5, 1.6, 1.6, 1.7, 1.4}, torch::kFloat64);
  file.tensors["schedule/losses"] = store_tensor(losses);  // one after every fifth step
  for (const std::string name : {"constant", "cosine", "step", "plateau"}) {
    TrainOptions options;
    options.learning_rate = 0.02;
    options.schedule = name;
    options.warmup_steps = 7;
    options.schedule_steps = 11;
    options.schedule_factor = 0.3;
    options.schedule_patience = 2;
    Schedule schedule(options, steps);
    auto rates = torch::empty({steps}, torch::kFloat64);
    for (std::int64_t step = 0; step < steps; ++step) {
      rates.data_ptr<double>()[step] = schedule.rate(step);
      if (step % 5 == 4) schedule.observe(losses[step / 5].item<double>());
      Schedule again(options, steps);  // as from a checkpoint
      again.restore(nlohmann::json::parse(schedule.state().dump()));
      schedule = again;
    }
    file.tensors["schedule/" + name] = store_tensor(rates);
  }
}

// What is learnt from one batch: the loss, and gradients of the parameters that the comparison knows.
void dump_outcome(SafeTensors& file, const std::string& name, const Outcome& outcome,
                  const torch::OrderedDict<std::string, torch::Tensor>& parameters,
                  const std::vector<std::string>& unknown) {
  outcome.loss_sum.backward();
  file.tensors[name + "/loss"] = store_tensor(outcome.loss_sum.detach());
  file.tensors[name + "/correct"] = store_tensor(outcome.correct_sum);
  for (const auto& entry : parameters) {
    if (std::any_of(unknown.begin(), unknown.end(),
                    [&](auto& start) { return entry.key().starts_with(start); }))
      continue;
    file.tensors[name + "/parameter/" + entry.key()] = store_tensor(entry.value());
    file.tensors[name + "/gradient/" + entry.key()] = store_tensor(entry.value().grad());
  }
}

void dump_regulariser(SafeTensors& file, const std::string& kind, const CropBatch& batch) {
  TrainOptions options;
  options.regulariser.kind = kind;
  options.regulariser.rnn_cells = 3;
  const CellSampler sampler(undrawn(), 1, false);
  const auto regulariser = make_regulariser(sampler, options);
  const auto network = ready_network({"resnet18", 2, regulariser->network_classes(labels)});
  const auto head = regulariser->make_head(network->spec(), labels);
  const auto count = static_cast<std::int64_t>(batch.count * batch.crops_per_example);
  const auto crops = random_values({count, 2, crop_px, crop_px}, 1).abs();
  file.tensors[kind + "/features"] = store_tensor(network->features(crops, {"pool5"})[0]);
  dump_outcome(file, kind, regulariser->outcome(*network, head.get(), crops, batch, 0.1),
               head ? head->named_parameters() : network->named_parameters(), {"conv1", "bn1", "layer"});
}

// The joint loss over fields, of a map and what follows it.
void dump_joint(SafeTensors& file, const std::string& name, const Pooling& pooling, bool several_labels,
                const CropBatch& batch) {
  TrainOptions options;
  options.several_labels = several_labels;
  const CellSampler sampler(undrawn(), 1, false);
  const auto regulariser = make_regulariser(sampler, options);
  const auto network = ready_network({"mil_cnn", 2, labels, pooling});
  const auto fields = random_values({static_cast<std::int64_t>(batch.count), 2, 150, 120}, 3) * 20;
  file.tensors[name + "/maps"] = store_tensor(network->weigh(fields).maps.detach());
  file.tensors[name + "/targets"] = store_tensor(torch::tensor(batch.targets).view({-1, labels}));
  dump_outcome(file, name, regulariser->outcome(*network, nullptr, fields, batch, 0.1),
               network->named_parameters(), {"conv", "maps.weight"});
}

void dump_clipping(SafeTensors& file) {
  TrainOptions options;
  options.optimiser = "sgd";
  options.clip_norm = 1.5;
  auto parameters = random_values({6, 50}, 2);
  file.tensors["clip/before"] = store_tensor(parameters.clone());
  Optimiser optimiser(options, {{"a", {4, 50}, 0, 200}, {"b", {2, 50}, 200, 100}}, 300);
  WorkerPool pool(2);
  for (int step = 0; step < 3; ++step) {  // the second gradient is short enough
    const auto gradient =
        random_values({6, 50}, 10 + static_cast<std::uint64_t>(step)) * (step == 1 ? 0.01 : 1);
    file.tensors["clip/gradient" + std::to_string(step)] = store_tensor(gradient);
    optimiser.step({parameters.data_ptr<float>(), 300}, {gradient.data_ptr<float>(), 300}, 0.05, pool);
  }
  file.tensors["clip/after"] = store_tensor(parameters);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  torch::manual_seed(0);
  SafeTensors file;
  dump_schedules(file);
  dump_clipping(file);
  const std::vector<std::size_t> first = {0, 1, 2, 3, 1}, second = {1, 1, 0, 2, 3};
  const std::vector<float> weight = {0.9f, 0.3f, 0.5f, 1.0f, 0.01f};
  CropBatch blended{5, 1, {}, {}, std::vector<float>(5 * labels)},
      groups{5, 3, {}, {}, std::vector<float>(5 * labels)};
  for (std::size_t i = 0; i < 5; ++i) {
    groups.targets[i * labels + first[i]] = 1;
    blended.targets[i * labels + first[i]] += weight[i];
    blended.targets[i * labels + second[i]] += 1 - weight[i];
  }
  dump_regulariser(file, "mixup", blended);
  dump_regulariser(file, "rnn", groups);
  CropBatch fields{5, 1, {}, {}, groups.targets};
  dump_joint(file, "joint", {"noisy-and", 10}, false, fields);
  for (std::size_t i = 0; i < 5; ++i) fields.targets[i * labels + second[i]] = 1;
  dump_joint(file, "joint_several", {"lse", 2.5}, true, fields);
  write_safetensors(argv[1], file);
}
