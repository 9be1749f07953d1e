#include "jobs/job.hpp"

#include <nlohmann/json.hpp>

namespace cytoscale::jobs {

nlohmann::json resolved_options(Job& job) {
  cli::OptionSet options;
  job.declare(options);
  return options.to_json();
}

}  // namespace cytoscale::jobs
