#include "learn/run/check_training.hpp"

#include "learn/augment/regularizer.hpp"
#include "learn/data/sampler.hpp"

namespace cytoscale::learn {

nlohmann::json training_identity(const TrainOptions& options, const TrainingPlan& plan) {
  auto identity = options.identity();
  identity["data"] = plan.fingerprint();
  return identity;
}

void check_training(const TrainingPlan& plan, const TrainOptions& options) {
  options.validate();
  options.validate_validation(plan.cells(true));
  crop_size_of(plan, options);
  const CellSampler sampler(plan, options.seed, options.sample_replicates);
  make_regularizer(sampler, options)->check();
}

}  // namespace cytoscale::learn
