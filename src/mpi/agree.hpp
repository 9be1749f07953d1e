// Failing together: local, fallible work is caught locally, then all ranks agree and all throw the same
// error, so that none is left waiting in a collective (docs/architecture.md, "Failing together").
#pragma once
#include <functional>
#include <optional>

#include "core/error.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

// An error that every rank throws: the program may end in order. Any other ends in MPI_Abort where there are
// several ranks.
class AgreedError : public Error {
 public:
  using Error::Error;
};

// Collective: yes. Where any rank brings an error, every rank throws the one of the lowest such rank (its
// text tells how many ranks brought another one).
void agree(const Communicator& comm, const std::optional<Error>& mine);

// Collective: yes. Runs `work` (which must not communicate) on this rank, turns any exception into an agreed
// Error.
void together(const Communicator& comm, const std::function<void()>& work);

// Collective: yes. As together(), but only rank 0 works; the others wait for its verdict.
void on_root(const Communicator& comm, const std::function<void()>& work);

}  // namespace cytoscale::mpi
