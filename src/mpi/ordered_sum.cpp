#include "mpi/ordered_sum.hpp"

#include <algorithm>

#include "core/expect.hpp"
#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

void add_to(std::span<float> left, std::span<const float> right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

// First value of a rank's segment.
std::size_t segment(std::size_t values, int rank, int ranks) {
  return values * static_cast<std::size_t>(rank) / static_cast<std::size_t>(ranks);
}

}  // namespace

PartRange parts_of(std::size_t parts, int rank, int ranks) {
  const auto first = segment(parts, rank, ranks);
  return {first, segment(parts, rank + 1, ranks) - first};
}

std::vector<PartRange> subtrees_of(PartRange block) {
  std::vector<PartRange> ranges;
  for (std::size_t at = block.first, end = block.first + block.count; at < end;) {
    std::size_t count = 1;
    while (at % (2 * count) == 0 && at + 2 * count <= end) count *= 2;
    ranges.push_back({at, count});
    at += count;
  }
  return ranges;
}

void complete_tree(const std::vector<PartRange>& ranges, const std::vector<std::span<float>>& sums) {
  std::vector<std::size_t> open;   // indices of sums that wait for their right neighbor
  std::vector<PartRange> covered;  // by each of them
  const auto merge = [&] {
    add_to(sums[open[open.size() - 2]], sums[open.back()]);
    covered[covered.size() - 2].count *= 2;
    open.pop_back();
    covered.pop_back();
  };
  const auto siblings = [&] {
    if (open.size() < 2) return false;
    const auto &left = covered[covered.size() - 2], &right = covered.back();
    return left.count == right.count && left.first % (2 * left.count) == 0;
  };
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    open.push_back(i);
    covered.push_back(ranges[i]);
    while (siblings()) merge();
  }
  while (open.size() > 1) merge();  // the number of parts is no power of two: missing parts count as nothing
}

struct OrderedSum::Impl {
  MPI_Comm comm = MPI_COMM_NULL;
  int rank = 0, ranks = 1, tag = 0;
  std::size_t values = 0;
  std::vector<std::vector<PartRange>> subtrees;  // by rank
  std::vector<std::span<float>> mine;
  std::vector<std::vector<float>> received;  // segments of the other ranks' sums, in order
  std::vector<MPI_Request> requests;
  enum { idle, gathering, spreading } state = idle;

  std::size_t first(int r) const { return segment(values, r, ranks); }
  std::size_t count(int r) const { return first(r + 1) - first(r); }

  void send(const float* data, std::size_t n, int to, int message) {
    requests.emplace_back();
    check_mpi(MPI_Isend(data, static_cast<int>(n), MPI_FLOAT, to, message, comm, &requests.back()),
              "MPI_Isend");
  }
  void receive(float* data, std::size_t n, int from, int message) {
    requests.emplace_back();
    check_mpi(MPI_Irecv(data, static_cast<int>(n), MPI_FLOAT, from, message, comm, &requests.back()),
              "MPI_Irecv");
  }
  bool all_arrived() {
    int done = 0;
    check_mpi(MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE),
              "MPI_Testall");
    if (done) requests.clear();
    return done != 0;
  }
  // This rank's segment of every subtree, of its own or received.
  void complete_segment() {
    std::vector<PartRange> ranges;
    std::vector<std::span<float>> sums;
    std::size_t next = 0;
    for (int r = 0; r < ranks; ++r)
      for (std::size_t i = 0; i < subtrees[static_cast<std::size_t>(r)].size(); ++i) {
        ranges.push_back(subtrees[static_cast<std::size_t>(r)][i]);
        sums.push_back(r == rank ? mine[i].subspan(first(rank), count(rank))
                                 : std::span<float>(received[next++]));
      }
    complete_tree(ranges, sums);
    if (rank > 0)
      std::copy(sums[0].begin(), sums[0].end(), mine[0].begin() + static_cast<std::ptrdiff_t>(first(rank)));
  }
};

OrderedSum::OrderedSum(const Communicator& comm, std::size_t parts, std::size_t values, int tag)
    : impl_(std::make_unique<Impl>()) {
  if (comm.native()) impl_->comm = *static_cast<MPI_Comm*>(comm.native());
  impl_->rank = comm.rank();
  impl_->ranks = comm.size();
  impl_->tag = 2 * tag;
  impl_->values = values;
  for (int r = 0; r < comm.size(); ++r) {
    impl_->subtrees.push_back(subtrees_of(parts_of(parts, r, comm.size())));
    if (impl_->subtrees.back().empty())
      throw Error("a sum of " + std::to_string(parts) + " parts over more ranks");
    if (r == comm.rank()) continue;
    for (std::size_t i = 0; i < impl_->subtrees.back().size(); ++i)
      impl_->received.emplace_back(impl_->count(comm.rank()));
  }
}
OrderedSum::~OrderedSum() = default;
OrderedSum::OrderedSum(OrderedSum&&) noexcept = default;

void OrderedSum::start(std::vector<std::span<float>> sums) {
  auto& s = *impl_;
  CYTO_EXPECT(s.state == Impl::idle && sums.size() == s.subtrees[static_cast<std::size_t>(s.rank)].size());
  s.mine = std::move(sums);
  if (s.ranks == 1) {
    complete_tree(s.subtrees[0], s.mine);
    return;
  }
  std::size_t next = 0;
  for (int r = 0; r < s.ranks; ++r) {
    if (r == s.rank) continue;
    for (std::size_t i = 0; i < s.subtrees[static_cast<std::size_t>(r)].size(); ++i)
      s.receive(s.received[next++].data(), s.count(s.rank), r, s.tag);
  }
  for (int r = 0; r < s.ranks; ++r) {
    if (r == s.rank) continue;
    for (const auto& sum : s.mine) s.send(sum.data() + s.first(r), s.count(r), r, s.tag);
  }
  s.state = Impl::gathering;
}

bool OrderedSum::advance() {
  auto& s = *impl_;
  if (s.state == Impl::gathering && s.all_arrived()) {
    s.complete_segment();
    for (int r = 0; r < s.ranks; ++r) {
      if (r == s.rank) continue;
      s.receive(s.mine[0].data() + s.first(r), s.count(r), r, s.tag + 1);
      s.send(s.mine[0].data() + s.first(s.rank), s.count(s.rank), r, s.tag + 1);
    }
    s.state = Impl::spreading;
  }
  if (s.state == Impl::spreading && s.all_arrived()) s.state = Impl::idle;
  return s.state == Impl::idle;
}

}  // namespace cytoscale::mpi
