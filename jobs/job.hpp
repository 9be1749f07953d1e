// The jobs: each declares its options, most by the library that has them (settings), calls what does the
// work, and prints. What a job is: pipeline/job_base.hpp.
#pragma once
#include <memory>

#include "jobs/manual.hpp"
#include "pipeline/job_base.hpp"

namespace cytoscale::jobs {

using pipeline::Job;
using pipeline::Outset;
using pipeline::resolved_options;

// One for each file of this folder but registry, manual and main.
std::unique_ptr<Job> make_simulate_job();
std::unique_ptr<Job> make_simulate_shapes_job();
std::unique_ptr<Job> make_init_job();
std::unique_ptr<Job> make_check_job();
std::unique_ptr<Job> make_illuminate_job();
std::unique_ptr<Job> make_segment_job();
std::unique_ptr<Job> make_crop_job();
std::unique_ptr<Job> make_train_job();
std::unique_ptr<Job> make_embed_job();
std::unique_ptr<Job> make_predict_job();
std::unique_ptr<Job> make_localize_job();
std::unique_ptr<Job> make_reduce_job();
std::unique_ptr<Job> make_evaluate_job();
std::unique_ptr<Job> make_report_job();
std::unique_ptr<Job> make_export_job();
std::unique_ptr<Job> make_verify_job();
std::unique_ptr<Job> make_run_job();

}  // namespace cytoscale::jobs
