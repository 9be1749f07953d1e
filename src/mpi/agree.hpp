// Failing together: local, fallible work is caught locally, then all ranks agree and all throw the same
// error, so that none is left waiting in a collective (docs/architecture.md, "Failing together").
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "core/error.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::mpi {

// An error that every rank throws: the program may end in order (guarded_run.hpp).
class AgreedError : public Error {
 public:
  AgreedError(int exit_code, const std::string& problem, const std::string& where, const std::string& remedy);
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

// True once all ranks have met in an AgreedError: what must be done by all of them, can be, while it unwinds.
bool failing_together();

// What an exception comes to, whatever its type: the parts of an Error, and the code to exit with.
struct Failure {
  int exit_code = exit_internal;
  std::string problem, where, remedy;
};
Failure failure_of(const std::exception_ptr& exception);
// Of what `work` throws, if it throws. Collective: no.
std::optional<Failure> failure_in(const std::function<void()>& work);

// Collective: yes. Where any rank brings a failure, every rank throws the one of the lowest such rank. Its
// text names rank and host where not all ranks failed alike, and tells how many brought another one.
void agree(const Communicator& comm, const std::optional<Failure>& mine);

// Collective: yes. Runs `work` (which must not communicate) on this rank and agrees on what it throws.
void together(const Communicator& comm, const std::function<void()>& work);

// Collective: yes. As together(), but only rank 0 works; the others wait for its verdict.
void on_root(const Communicator& comm, const std::function<void()>& work);

// Collective: yes. A safe point: where any rank was asked to stop (core/system/stop_request.hpp), all throw
// an AgreedError of exit_interrupted; `next` tells how to go on.
void stop_if_asked(const Communicator& comm,
                   const std::string& next = "Run the same command again: it goes on");

// "rank 3 on node17".
std::string place_of(const Communicator& comm);

}  // namespace cytoscale::mpi
