// cytoscale <job> [--config FILE] [--key value ...]
#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "hdf5/library.hpp"
#include "jobs/libraries.hpp"
#include "jobs/registry.hpp"
#include "mpi/guarded_run.hpp"
#include "network/memory.hpp"
#include "pipeline/launch.hpp"

int main(int argc, char** argv) {
  cytoscale::network::configure_malloc_for_training();
  cytoscale::StopRequest::install();
  cytoscale::hdf5::start_library();
  cytoscale::mpi::MpiSession session(argc, argv);
  int code = cytoscale::exit_success;
  const int ended = cytoscale::mpi::guarded_run(session, [&] {
    code = cytoscale::pipeline::launch({argv + 1, argv + argc}, session.world(),
                                       {cytoscale::jobs::all_jobs, cytoscale::jobs::library_versions});
  });
  return ended == cytoscale::exit_success ? code : ended;
}
