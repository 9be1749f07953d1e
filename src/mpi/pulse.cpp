#include "mpi/pulse.hpp"

#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {

struct Pulse::Round {
  std::vector<std::int64_t> mine, sums;
  MPI_Request request = MPI_REQUEST_NULL;
};

Pulse::Pulse(const Communicator& comm, std::size_t values, double interval_s)
    : comm_(std::make_unique<Communicator>(comm.duplicate())), interval_(interval_s), sums_(values, 0) {}

Pulse::~Pulse() {
  if (!round_) return;
  // Other ranks may still add to it: neither its memory nor its communicator may go.
  static_cast<void>(round_.release());
  static_cast<void>(comm_.release());
}

bool Pulse::advance(std::span<const std::int64_t> mine, bool idle) {
  if (round_) {
    int ended = 0;
    check_mpi(MPI_Test(&round_->request, &ended, MPI_STATUS_IGNORE), "MPI_Test");
    if (!ended) return false;
    sums_ = std::move(round_->sums);
    round_.reset();
    return true;
  }
  const auto now = std::chrono::steady_clock::now();
  if (!idle && now - begun_ < interval_) return false;
  begun_ = now;
  if (!comm_->native()) {
    sums_.assign(mine.begin(), mine.end());
    return true;
  }
  round_ = std::make_unique<Round>();
  round_->mine.assign(mine.begin(), mine.end());
  round_->sums.resize(mine.size());
  check_mpi(MPI_Iallreduce(round_->mine.data(), round_->sums.data(), static_cast<int>(mine.size()),
                           MPI_INT64_T, MPI_SUM, *static_cast<MPI_Comm*>(comm_->native()), &round_->request),
            "MPI_Iallreduce");
  return false;
}

}  // namespace cytoscale::mpi
