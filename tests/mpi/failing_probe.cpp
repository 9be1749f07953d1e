// failing_probe MODE: a body that fails in the given way, under guarded_run(); for test_guarded_run.py.
#include <algorithm>
#include <chrono>
#include <cstring>
#include <new>
#include <stdexcept>
#include <thread>

#include "core/error.hpp"
#include "core/system/stop_request.hpp"
#include "mpi/agree.hpp"
#include "mpi/guarded_run.hpp"

namespace cytoscale::mpi {
namespace {

void fail(const std::string& mode, const Communicator& comm) {
  const bool last = comm.rank() == comm.size() - 1;
  if (mode == "all alike") throw Error("the loss diverges", "model", "Lower the rate");
  if (mode == "all, each its own")
    throw Error("broken by " + std::to_string(comm.rank()), "model", "Mend it");
  if (mode == "agreed")
    together(comm, [&] {
      if (last) throw Error("one image is bad", "a.tif", "Mend it");
    });
  if (mode == "one while others wait" && last) throw Error("the disk is gone", "b.h5", "Look for it");
  if (mode == "foreign" && last) throw std::out_of_range("vector::at");
  if (mode == "no memory" && last) throw std::bad_alloc();
  if (mode == "before it unwinds" && last) {
    // What is destroyed on the way would hang: the others are not there.
    struct Collective {
      const Communicator& comm;
      ~Collective() {
        comm.barrier();
        comm.barrier();
      }
    } const guard{comm};
    or_abort(comm, [] { throw Error("a batch cannot be read", "c.h5", "Look for it"); });
  }
  if (mode == "all at one moment") {  // though the higher ranks wait longer before they speak
    std::this_thread::sleep_for(std::chrono::seconds(3 - std::min(comm.rank(), 3)));
    or_abort(comm, [&] { throw Error("cut short", "e.h5", "Make it again"); });
  }
  if (mode == "after the others are done") {
    if (!last) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    throw Error("late", "d.h5", "Mend it");
  }
  if (mode == "stopped") {
    if (last) StopRequest::raise(15);
    stop_if_asked(comm);
  }
  if (mode != "fine") comm.barrier();
}

}  // namespace
}  // namespace cytoscale::mpi

int main(int argc, char** argv) {
  cytoscale::mpi::MpiSession session(argc, argv);
  return cytoscale::mpi::guarded_run(session, [&] { cytoscale::mpi::fail(argv[1], session.world()); });
}
