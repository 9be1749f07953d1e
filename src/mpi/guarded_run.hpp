// The one way in which a program of several ranks ends: whatever a rank throws becomes one message and one
// exit code for all of them, within seconds.
#pragma once
#include <functional>

#include "mpi/session.hpp"

namespace cytoscale::mpi {

// Runs `body` on this rank and returns the program's exit code. An AgreedError (agree.hpp) is thrown by all
// ranks: rank 0 prints it. Of anything else a rank does not know whether the others are at the same point:
// they meet, for at most 3 s. If all come, the lowest rank that failed prints its message and all return;
// if not, the others are somewhere in a collective: this rank prints its message, with rank and host, and
// ends all by MPI_Abort. Collective: yes.
int guarded_run(MpiSession& session, const std::function<void()>& body);

// For work of one rank while the others wait for its messages (sums under way, rows of a batch): an exception
// of `work` ends all ranks from here, before it unwinds past buffers and handles that they still use. On a
// lone rank it is rethrown. Collective: no.
void or_abort(const Communicator& comm, const std::function<void()>& work);

}  // namespace cytoscale::mpi
