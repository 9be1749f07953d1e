// A signal asks this process to stop; the job heeds it at its next safe point. SIGTERM (Slurm's preemption,
// scancel, MPI_Abort of another rank), SIGUSR1 (`--signal=USR1@120`: the time limit is near) and SIGINT.
//
// The handler only sets an atomic flag. The flag is this process's: a launcher signals one rank or all of
// them, so what the run does is agreed among the ranks (Collective: no, here).
//
// - SA_RESTART is set: a read or write of libtiff, HDF5 or MPI that a signal meets goes on, where it would
//   otherwise fail with EINTR on some file systems (FUSE) and count as an image that cannot be read. So no
//   wait ends by itself: loops ask stop_requested(). (sleep, poll and the like return early all the same.)
// - A second SIGINT, at least half a second after the first, ends the process by the default action: the user
//   does not want to wait for the safe point. Two closer together are one Ctrl-C that came by two ways (the
//   terminal and a launcher that forwards it). SIGTERM and SIGUSR1 may be repeated; what follows them if the
//   process does not end is SIGKILL.
// - A SIGINT that was ignored when the program started (`cytoscale … &` in a script) is heeded, too: it is
//   the only way to tell such a run from another terminal, and the state is saved.
// - SIGPIPE is ignored: a log's reader that goes away (`| head`, a lost ssh) must not end a run of ten hours
//   without saving; what is written there is lost, and a peer's closed socket is an error code that MPI sees.
// - Signals belong to the process; hence functions and no object.
#pragma once
#include <exception>
#include <string>

namespace cytoscale {

struct StopRequest {
  // Once, by main, before MPI_Init (a signal during MPI_Init is then heeded after it).
  static void install();
  // SIGTERM ends this process from here on: it has nothing left to save.
  static void let_terminate();
  // As if the signal had come: where another run waits for this one to stop, and for tests.
  static void raise(int signal);
  static void clear();  // for tests: as if none had ever come
};

bool stop_requested() noexcept;
// The first signal that came; 0: none.
int stop_signal() noexcept;
// "SIGTERM"; "" where none came.
std::string stop_signal_name();

std::string signal_name(int signal);  // "SIGUSR1"; "signal 44" for those without a name here

// Thrown at a safe point where nothing needs saving. No Error: nothing is wrong. The program then exits with
// exit_interrupted (error.hpp).
class Interrupted : public std::exception {
 public:
  explicit Interrupted(int signal) : signal_(signal), text_("stopped by " + signal_name(signal)) {}
  const char* what() const noexcept override { return text_.c_str(); }
  int signal() const noexcept { return signal_; }

 private:
  int signal_;
  std::string text_;
};

// A safe point of work that begins anew when the command is run again: throws Interrupted where this process
// was asked to stop. For work of one rank, or within mpi::together().
void heed_stop_request();

}  // namespace cytoscale
