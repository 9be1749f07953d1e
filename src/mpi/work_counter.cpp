#include "mpi/work_counter.hpp"

#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {
constexpr int ask_tag = 1, give_tag = 2;
}

WorkCounter::WorkCounter(const Communicator& comm, std::int64_t total)
    : comm_(std::make_unique<Communicator>(comm.duplicate())), total_(total) {}
WorkCounter::~WorkCounter() = default;

void WorkCounter::answer(int rank) {
  char ask = 0;
  const auto comm = comm_->impl_->comm;
  check_mpi(MPI_Recv(&ask, 1, MPI_CHAR, rank, ask_tag, comm, MPI_STATUS_IGNORE), "MPI_Recv");
  const std::int64_t item = next_ < total_ ? next_++ : -1;
  if (item < 0) ++finished_;
  check_mpi(MPI_Send(&item, 1, MPI_INT64_T, rank, give_tag, comm), "MPI_Send");
}

void WorkCounter::serve() {
  if (!comm_->native() || !comm_->root()) return;
  while (true) {
    int waiting = 0;
    MPI_Status status;
    check_mpi(MPI_Iprobe(MPI_ANY_SOURCE, ask_tag, comm_->impl_->comm, &waiting, &status), "MPI_Iprobe");
    if (!waiting) return;
    answer(status.MPI_SOURCE);
  }
}

std::optional<std::int64_t> WorkCounter::next() {
  if (ended_) return std::nullopt;
  if (comm_->root()) {
    serve();
    if (next_ < total_) return next_++;
    while (finished_ < comm_->size() - 1) {
      MPI_Status status;
      check_mpi(MPI_Probe(MPI_ANY_SOURCE, ask_tag, comm_->impl_->comm, &status), "MPI_Probe");
      answer(status.MPI_SOURCE);
    }
    ended_ = true;
    return std::nullopt;
  }
  const char ask = 0;
  std::int64_t item = -1;
  check_mpi(MPI_Send(&ask, 1, MPI_CHAR, 0, ask_tag, comm_->impl_->comm), "MPI_Send");
  check_mpi(MPI_Recv(&item, 1, MPI_INT64_T, 0, give_tag, comm_->impl_->comm, MPI_STATUS_IGNORE), "MPI_Recv");
  ended_ = item < 0;
  return ended_ ? std::nullopt : std::optional(item);
}

}  // namespace cytoscale::mpi
