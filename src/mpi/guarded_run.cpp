#include "mpi/guarded_run.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <thread>
#include <vector>

#include "core/fingerprint.hpp"
#include "core/system/stop_request.hpp"
#include "mpi/agree.hpp"
#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

constexpr auto patience = std::chrono::seconds(3);
constexpr auto turn = std::chrono::milliseconds(800);     // an abort of another rank comes as SIGTERM in less
constexpr auto end_by_another = std::chrono::seconds(3);  // SIGKILL follows SIGTERM in 1 s (Open MPI 4.1)
constexpr auto silence = std::chrono::seconds(10);

void print(const Error& error, int code) {
  std::fprintf(stderr, code == exit_interrupted ? "cytoscale: %s\n" : "cytoscale: error: %s\n", error.what());
  std::fflush(stderr);
}

void print_local(const Communicator& comm, Failure failure) {
  if (comm.size() > 1) failure.problem += " (" + place_of(comm) + ")";
  print(Error(failure.problem, failure.where, failure.remedy), failure.exit_code);
}

// True for the first rank of this run that asks on this host: an abstract socket's name belongs to one
// process and goes with it. True also where that cannot be told.
bool speaks_for_this_host() {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const char* run = std::getenv("PMIX_NAMESPACE");  // of mpirun and of srun
  const auto name = std::string("cytoscale-ends-") + (run ? run : std::to_string(getppid()));
  const auto length = std::min(name.size(), sizeof address.sun_path - 1);
  name.copy(address.sun_path + 1, length);
  const int held = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);  // until the process ends
  return held < 0 ||
         bind(held, reinterpret_cast<const sockaddr*>(&address),
              static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length)) == 0 ||
         errno != EADDRINUSE;
}

// For a rank that the others do not wait for. Where several fail at once, one speaks, and its abort ends all.
[[noreturn]] void abort_with(const Communicator& comm, const Failure& failure) {
  StopRequest::let_terminate();  // where another rank has spoken and aborts
  if (stop_signal() == SIGTERM) std::this_thread::sleep_for(end_by_another);  // it may have before
  if (speaks_for_this_host()) {
    // The lowest rank of several hosts; and not at once, where one that spoke is gone and its abort on the
    // way.
    std::this_thread::sleep_for(turn * (1 + std::min(comm.rank(), 3)));
    print_local(comm, failure);
    MPI_Abort(MPI_COMM_WORLD, failure.exit_code);
  }
  std::this_thread::sleep_for(silence);
  std::_Exit(failure.exit_code);
}

struct Ending {
  std::int64_t code;
  std::uint64_t message;  // its fingerprint; 0 where there is none
};

Ending ending_of(const std::optional<Failure>& failure) {
  if (!failure) return {exit_success, 0};
  return {failure->exit_code, Fingerprint().add(failure->problem).add(failure->where).number() | 1};
}

// The endings of all ranks, or nothing where not all come in time. A rank that has not failed waits for ever:
// one that has will end it.
std::optional<std::vector<Ending>> meet(const Communicator& comm, const Ending& mine) {
  // On the heap, and left there where the ranks do not meet.
  auto* all = new std::vector<Ending>(static_cast<std::size_t>(comm.size()));
  MPI_Request request = MPI_REQUEST_NULL;
  if (MPI_Iallgather(&mine, sizeof mine, MPI_BYTE, all->data(), sizeof mine, MPI_BYTE,
                     *static_cast<MPI_Comm*>(comm.native()), &request) != MPI_SUCCESS)
    return std::nullopt;
  const auto begun = std::chrono::steady_clock::now();
  for (int ended = 0; !ended;) {
    if (MPI_Test(&request, &ended, MPI_STATUS_IGNORE) != MPI_SUCCESS) return std::nullopt;
    if (ended) break;
    if (mine.code != exit_success && std::chrono::steady_clock::now() - begun > patience) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  auto endings = std::move(*all);
  delete all;
  return endings;
}

int end_together(const Communicator& comm, const std::vector<Ending>& endings,
                 const std::optional<Failure>& mine) {
  std::size_t first = 0, alike = 0;
  while (first < endings.size() && endings[first].code == exit_success) ++first;
  if (first == endings.size()) return exit_success;
  for (const auto& ending : endings) alike += ending.message == endings[first].message;
  if (static_cast<std::size_t>(comm.rank()) == first) {
    if (alike == endings.size())
      print(Error(mine->problem, mine->where, mine->remedy), mine->exit_code);
    else
      print_local(comm, *mine);
  }
  comm.barrier();  // the message is out before any rank ends the others
  return static_cast<int>(endings[first].code);
}

}  // namespace

int guarded_run(MpiSession& session, const std::function<void()>& body) {
  const auto& world = session.world();
  std::optional<Failure> failure;
  try {
    body();
  } catch (const AgreedError& error) {
    if (world.root()) print(error, error.exit_code());
    return error.exit_code();
  } catch (...) {
    failure = failure_of(std::current_exception());
  }
  if (world.size() == 1) {
    if (failure) print_local(world, *failure);
    return failure ? failure->exit_code : exit_success;
  }
  const auto mine = ending_of(failure);
  const auto endings = meet(world, mine);
  if (endings) return end_together(world, *endings, failure);
  abort_with(world, failure.value_or(Failure{exit_internal, "the ranks do not meet any more", "MPI",
                                             "Look for a rank or node that was lost"}));
}

void or_abort(const Communicator& comm, const std::function<void()>& work) {
  if (comm.size() == 1) return work();
  const auto failure = failure_in(work);
  if (!failure) return;
  abort_with(comm, *failure);
}

}  // namespace cytoscale::mpi
