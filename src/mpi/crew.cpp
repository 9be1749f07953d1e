#include "mpi/crew.hpp"

#include <sched.h>

#include <algorithm>
#include <chrono>
#include <optional>
#include <thread>

#include "core/threads/worker_pool.hpp"
#include "mpi/agree.hpp"
#include "mpi/native_internal.hpp"
#include "mpi/threads.hpp"

namespace cytoscale::mpi {
namespace {

// The processors that this node's ranks may run on, for as long as it lives; those of this process again
// then.
class NodeProcessors {
 public:
  explicit NodeProcessors(const cpu_set_t& all) {
    known_ = sched_getaffinity(0, sizeof before_, &before_) == 0 && CPU_COUNT(&all) > 0 &&
             sched_setaffinity(0, sizeof all, &all) == 0;
  }
  ~NodeProcessors() {
    if (known_) sched_setaffinity(0, sizeof before_, &before_);
  }
  NodeProcessors(const NodeProcessors&) = delete;
  NodeProcessors& operator=(const NodeProcessors&) = delete;

 private:
  cpu_set_t before_;
  bool known_;
};

// Of all ranks of this one's node together.
cpu_set_t processors_of_node(const Communicator& comm) {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  if (sched_getaffinity(0, sizeof mine, &mine) != 0) CPU_ZERO(&mine);
  if (!comm.native()) return mine;
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(*static_cast<MPI_Comm*>(comm.native()), MPI_COMM_TYPE_SHARED, comm.rank(),
                                MPI_INFO_NULL, &node),
            "MPI_Comm_split_type");
  const auto code = MPI_Allreduce(MPI_IN_PLACE, &mine, sizeof mine, MPI_BYTE, MPI_BOR, node);
  MPI_Comm_free(&node);
  check_mpi(code, "MPI_Allreduce");
  return mine;
}

// A barrier in which those who wait sleep: MPI's own keeps a processor busy.
void sleeping_barrier(const Communicator& comm) {
  if (!comm.native()) return;
  MPI_Request request = MPI_REQUEST_NULL;
  check_mpi(MPI_Ibarrier(*static_cast<MPI_Comm*>(comm.native()), &request), "MPI_Ibarrier");
  for (int done = 0;;) {
    check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), "MPI_Test");
    if (done) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

// The ranks that are asked, as a communicator of their own; nothing on the others.
std::optional<Communicator> those(const Communicator& comm, bool asked) {
  if (!comm.native()) return Communicator::self();
  MPI_Comm some = MPI_COMM_NULL;
  check_mpi(
      MPI_Comm_split(*static_cast<MPI_Comm*>(comm.native()), asked ? 0 : MPI_UNDEFINED, comm.rank(), &some),
      "MPI_Comm_split");
  if (some == MPI_COMM_NULL) return std::nullopt;
  auto made = Communicator::from_native(&some);
  MPI_Comm_free(&some);
  return made;
}

void on_some(const Communicator& comm, bool asked, int threads,
             const std::function<void(const Crew&)>& work) {
  threads_per_rank(comm, threads);  // refuses what is no number of threads
  const auto processors = processors_of_node(comm);
  const int all = threads > 0 ? threads * comm.node_size() : std::max(1, CPU_COUNT(&processors));
  const auto crew = those(comm, asked);
  std::optional<Failure> failure;
  if (crew) {
    const NodeProcessors wide(processors);
    failure = failure_in([&] { together(*crew, [&] { work(Crew(*crew, all)); }); });
  }
  sleeping_barrier(comm);
  on_root(comm, [&] {  // rank 0 is always one of those asked
    if (failure) throw AgreedError(failure->exit_code, failure->problem, failure->where, failure->remedy);
  });
}

}  // namespace

Crew::Items Crew::share(std::size_t count, std::size_t block) const {
  if (!comm_) return {0, count};
  const auto blocks = (count + block - 1) / block;
  const auto of = [&](int rank) {
    return std::min(
        count, blocks * static_cast<std::size_t>(rank) / static_cast<std::size_t>(comm_->size()) * block);
  };
  return {of(comm_->rank()), of(comm_->rank() + 1)};
}

void Crew::here(std::size_t count, std::size_t block, const Work& work) const {
  const auto blocks = (count + block - 1) / block;
  const auto one = [&](std::size_t b, int thread) {
    work(b * block, std::min(count, (b + 1) * block), thread);
  };
  if (threads_ > 1 && blocks > 1) {
    WorkerPool(static_cast<int>(std::min<std::size_t>(static_cast<std::size_t>(threads_), blocks)))
        .run(blocks, one);
  } else {
    for (std::size_t b = 0; b < blocks; ++b) one(b, 0);
  }
}

void Crew::run(Items mine, std::size_t block, const Work& work) const {
  const auto local = [&] {
    here(mine.last - mine.first, block, [&](std::size_t first, std::size_t last, int thread) {
      work(mine.first + first, mine.first + last, thread);
    });
  };
  comm_ ? together(*comm_, local) : local();
}

void on_node_leaders(const Communicator& comm, int threads, const std::function<void(const Crew&)>& work) {
  on_some(comm, comm.node_rank() == 0, threads, work);
}

void on_root_with_node(const Communicator& comm, int threads, const std::function<void(const Crew&)>& work) {
  on_some(comm, comm.root(), threads, work);
}

}  // namespace cytoscale::mpi
