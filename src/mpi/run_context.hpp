// What each job is given, and hands on to what it calls.
#pragma once
#include "core/log.hpp"
#include "core/system/clock.hpp"
#include "core/timings.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

struct RunContext {
  const Communicator& comm;
  Log& log;
  const Clock& clock;
  Timings* timings = nullptr;  // of this rank, where somebody asks
};

}  // namespace cytoscale::mpi
