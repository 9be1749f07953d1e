// For compare_learning.py: dump_learning FILE writes a safetensors file with learning rates of every
// schedule, the losses and gradients of mixup, of the recurrent regularizer and of the joint loss over fields
// on a small batch, and an optimiser's steps with clipped gradients; what goes in beside what comes out.
#include <torch/ordered_dict.h>
#include <torch/types.h>

#include <algorithm>

#include "core/random.hpp"
#include "learn/augment/regularizer_torch.hpp"
#include "learn/optim/optimizer.hpp"
#include "learn/optim/schedule.hpp"
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
const learn::TrainingPlan& undrawn() {
  static const learn::TrainingPlan plan = [] {
    learn::TrainingPlan made;
    made.labels.resize(labels);
    return made;
  }();
  return plan;
}

std::shared_ptr<network::Network> ready_network(const network::NetworkSpec& spec) {
  auto network = network::make_network(spec);
  network->initialize(5);
  network->eval();
  return network;
}

void dump_schedules(store::SafeTensors& file) {
  const std::int64_t steps = 60;
  const auto losses =
      torch::tensor({3.0, 2.0, 2.5, 1.9999, 2.2, 2.1, 2.3, 1.5, 1.6, 1.6, 1.7, 1.4}, torch::kFloat64);
  file.tensors["schedule/losses"] = network::store_tensor(losses);  // one after every fifth step
  for (const auto& [kind, name] : EnumNames<learn::ScheduleKind>::all) {
    learn::TrainOptions options;
    options.learning_rate = 0.02;
    options.schedule = kind;
    options.warmup_steps = 7;
    options.schedule_steps = 11;
    options.schedule_factor = 0.3;
    options.schedule_patience = 2;
    learn::Schedule schedule(options, steps);
    auto rates = torch::empty({steps}, torch::kFloat64);
    for (std::int64_t step = 0; step < steps; ++step) {
      rates.data_ptr<double>()[step] = schedule.rate(step);
      if (step % 5 == 4) schedule.observe(losses[step / 5].item<double>());
      learn::Schedule again(options, steps);  // as from a checkpoint
      again.restore(nlohmann::json::parse(schedule.state().dump()));
      schedule = again;
    }
    file.tensors[std::string("schedule/") + name] = network::store_tensor(rates);
  }
}

// What is learned from one batch: the loss, and gradients of the parameters that the comparison knows.
void dump_outcome(store::SafeTensors& file, const std::string& name, const learn::Outcome& outcome,
                  const torch::OrderedDict<std::string, torch::Tensor>& parameters,
                  const std::vector<std::string>& unknown) {
  outcome.loss_sum.backward();
  file.tensors[name + "/loss"] = network::store_tensor(outcome.loss_sum.detach());
  file.tensors[name + "/correct"] = network::store_tensor(outcome.correct_sum);
  for (const auto& entry : parameters) {
    if (std::any_of(unknown.begin(), unknown.end(),
                    [&](auto& start) { return entry.key().starts_with(start); }))
      continue;
    file.tensors[name + "/parameter/" + entry.key()] = network::store_tensor(entry.value());
    file.tensors[name + "/gradient/" + entry.key()] = network::store_tensor(entry.value().grad());
  }
}

torch::Tensor targets_of(const learn::CropBatch& batch) {
  return torch::tensor(batch.targets).view({-1, labels});
}

void dump_regularizer(store::SafeTensors& file, learn::RegularizerKind which, const learn::CropBatch& batch) {
  const auto kind = enum_name(which);
  learn::TrainOptions options;
  options.regularizer.kind = which;
  options.regularizer.rnn_cells = 3;
  const learn::CellSampler sampler(undrawn(), 1, false);
  const auto regularizer = learn::make_regularizer(sampler, options);
  const auto network = ready_network({"resnet18", 2, regularizer->network_classes(labels)});
  const auto head = regularizer->make_head(network->spec(), labels);
  const auto count = static_cast<std::int64_t>(batch.count * batch.crops_per_example);
  const auto crops = random_values({count, 2, crop_px, crop_px}, 1).abs();
  file.tensors[kind + "/features"] = network::store_tensor(network->features(crops, {"pool5"})[0]);
  dump_outcome(
      file, kind,
      regularizer->outcome(*network, head.get(), {crops, targets_of(batch), batch.crops_per_example}, 0.1),
      head ? head->named_parameters() : network->named_parameters(), {"conv1", "bn1", "layer"});
}

// The joint loss over fields, of a map and what follows it.
void dump_joint(store::SafeTensors& file, const std::string& name, const network::Pooling& pooling,
                bool several_labels, const learn::CropBatch& batch) {
  learn::TrainOptions options;
  options.several_labels = several_labels;
  const learn::CellSampler sampler(undrawn(), 1, false);
  const auto regularizer = learn::make_regularizer(sampler, options);
  const auto network = ready_network({"mil_cnn", 2, labels, pooling});
  const auto fields = random_values({static_cast<std::int64_t>(batch.count), 2, 150, 120}, 3) * 20;
  file.tensors[name + "/maps"] = network::store_tensor(network->forward_with_evidence(fields).maps.detach());
  file.tensors[name + "/targets"] = network::store_tensor(torch::tensor(batch.targets).view({-1, labels}));
  dump_outcome(file, name, regularizer->outcome(*network, nullptr, {fields, targets_of(batch)}, 0.1),
               network->named_parameters(), {"conv", "maps.weight"});
}

void dump_clipping(store::SafeTensors& file) {
  learn::TrainOptions options;
  options.optimiser = learn::OptimizerKind::sgd;
  options.clip_norm = 1.5;
  auto parameters = random_values({6, 50}, 2);
  file.tensors["clip/before"] = network::store_tensor(parameters.clone());
  learn::Optimiser optimiser(options, {{"a", {4, 50}, 0, 200}, {"b", {2, 50}, 200, 100}}, 300);
  WorkerPool pool(2);
  for (int step = 0; step < 3; ++step) {  // the second gradient is short enough
    const auto gradient =
        random_values({6, 50}, 10 + static_cast<std::uint64_t>(step)) * (step == 1 ? 0.01 : 1);
    file.tensors["clip/gradient" + std::to_string(step)] = network::store_tensor(gradient);
    optimiser.step({parameters.data_ptr<float>(), 300}, {gradient.data_ptr<float>(), 300}, 0.05, pool);
  }
  file.tensors["clip/after"] = network::store_tensor(parameters);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  torch::manual_seed(0);
  store::SafeTensors file;
  dump_schedules(file);
  dump_clipping(file);
  const std::vector<std::size_t> first = {0, 1, 2, 3, 1}, second = {1, 1, 0, 2, 3};
  const std::vector<float> weight = {0.9f, 0.3f, 0.5f, 1.0f, 0.01f};
  learn::CropBatch blended{5, 1, {}, {}, std::vector<float>(5 * labels)},
      groups{5, 3, {}, {}, std::vector<float>(5 * labels)};
  for (std::size_t i = 0; i < 5; ++i) {
    groups.targets[i * labels + first[i]] = 1;
    blended.targets[i * labels + first[i]] += weight[i];
    blended.targets[i * labels + second[i]] += 1 - weight[i];
  }
  dump_regularizer(file, learn::RegularizerKind::mixup, blended);
  dump_regularizer(file, learn::RegularizerKind::rnn, groups);
  learn::CropBatch fields{5, 1, {}, {}, groups.targets};
  dump_joint(file, "joint", {network::Pool::noisy_and, 10}, false, fields);
  for (std::size_t i = 0; i < 5; ++i) fields.targets[i * labels + second[i]] = 1;
  dump_joint(file, "joint_several", {network::Pool::lse, 2.5}, true, fields);
  store::write_safetensors(argv[1], file);
}
