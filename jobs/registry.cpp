#include "jobs/registry.hpp"

namespace cytoscale::jobs {

pipeline::Jobs all_jobs() {
  pipeline::Jobs jobs;
  jobs.push_back(make_run_job());
  jobs.push_back(make_init_job());
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
  jobs.push_back(make_report_job());
  jobs.push_back(make_export_job());
  jobs.push_back(make_verify_job());
  return jobs;
}

}  // namespace cytoscale::jobs
