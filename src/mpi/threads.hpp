// How many threads a rank should use.
#pragma once
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

// `asked` if positive; else this rank's share of the processors it may run on: all of them where ranks are
// bound to processors of their own, an equal part where ranks of a node share theirs. At least 1. Throws
// the same Error on all ranks where more are asked than core/threads/task_queue.hpp allows. Collective: yes.
int threads_per_rank(const Communicator& comm, int asked);

}  // namespace cytoscale::mpi
