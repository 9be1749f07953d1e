#include "jobs/registry.hpp"

#include <algorithm>

namespace cytoscale::jobs {

std::vector<std::unique_ptr<Job>> all_jobs() {
  std::vector<std::unique_ptr<Job>> jobs;
  jobs.push_back(make_run_job());
  jobs.push_back(make_check_job());
  jobs.push_back(make_simulate_job());
  jobs.push_back(make_simulate_shapes_job());
  jobs.push_back(make_illuminate_job());
  jobs.push_back(make_segment_job());
  jobs.push_back(make_crop_job());
  jobs.push_back(make_train_job());
  jobs.push_back(make_embed_job());
  jobs.push_back(make_predict_job());
  jobs.push_back(make_localize_job());
  jobs.push_back(make_reduce_job());
  jobs.push_back(make_evaluate_job());
  jobs.push_back(make_verify_job());
  return jobs;
}

std::vector<std::string> all_keys() {
  std::vector<std::string> keys;
  for (const auto& job : all_jobs()) {
    for (const auto& option : job->options().options()) {
      if (std::find(keys.begin(), keys.end(), option.key) == keys.end()) keys.push_back(option.key);
    }
  }
  return keys;
}

}  // namespace cytoscale::jobs
