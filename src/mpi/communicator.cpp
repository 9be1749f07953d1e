#include "mpi/communicator.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/expect.hpp"
#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

MPI_Op operation(Reduction how) {
  return how == Reduction::sum ? MPI_SUM : how == Reduction::min ? MPI_MIN : MPI_MAX;
}

// MPI counts are int: longer arrays go in pieces.
constexpr std::size_t piece = std::size_t{1} << 28;

template <typename T>
void reduce_in_pieces(MPI_Comm comm, std::span<T> values, MPI_Datatype type, Reduction how) {
  for (std::size_t at = 0; at < values.size(); at += piece) {
    const auto count = static_cast<int>(std::min(piece, values.size() - at));
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, values.data() + at, count, type, operation(how), comm),
              "MPI_Allreduce");
  }
}

// Where each rank's bytes begin in what is gathered; the last is their end.
std::vector<std::size_t> places_of(const std::vector<std::size_t>& counts) {
  std::vector<std::size_t> places(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), places.begin() + 1);
  return places;
}

// work(first, count) for pieces of so many.
template <typename Work>
void in_pieces(std::size_t size, std::size_t most, const Work& work) {
  for (std::size_t at = 0; at < size; at += most) work(at, static_cast<int>(std::min(most, size - at)));
}

void broadcast_in_pieces(MPI_Comm comm, std::span<std::byte> bytes, int from, std::size_t most) {
  in_pieces(bytes.size(), most, [&](std::size_t at, int count) {
    check_mpi(MPI_Bcast(bytes.data() + at, count, MPI_BYTE, from, comm), "MPI_Bcast");
  });
}

void receive_in_pieces(MPI_Comm comm, std::span<std::byte> bytes, int from, std::size_t most) {
  in_pieces(bytes.size(), most, [&](std::size_t at, int count) {
    check_mpi(MPI_Recv(bytes.data() + at, count, MPI_BYTE, from, 0, comm, MPI_STATUS_IGNORE), "MPI_Recv");
  });
}

void send_in_pieces(MPI_Comm comm, std::span<const std::byte> bytes, std::size_t most) {
  in_pieces(bytes.size(), most, [&](std::size_t at, int count) {
    check_mpi(MPI_Send(bytes.data() + at, count, MPI_BYTE, 0, 0, comm), "MPI_Send");
  });
}

}  // namespace

Communicator::Communicator() : impl_(std::make_unique<Impl>()) {}
Communicator::Communicator(Communicator&&) noexcept = default;
Communicator& Communicator::operator=(Communicator&& other) noexcept {
  std::swap(impl_, other.impl_);
  std::swap(rank_, other.rank_);
  std::swap(size_, other.size_);
  std::swap(node_rank_, other.node_rank_);
  std::swap(node_size_, other.node_size_);
  return *this;
}

Communicator::~Communicator() {
  int finalized = 0;
  if (impl_ && impl_->comm != MPI_COMM_NULL && MPI_Finalized(&finalized) == MPI_SUCCESS && !finalized) {
    MPI_Comm_free(&impl_->comm);
  }
}

Communicator Communicator::self() {
  return Communicator();
}

Communicator Communicator::from_native(void* mpi_comm) {
  Communicator made;
  check_mpi(MPI_Comm_dup(*static_cast<MPI_Comm*>(mpi_comm), &made.impl_->comm), "MPI_Comm_dup");
  // A failure is a code that check_mpi() sees, not the end of the process.
  check_mpi(MPI_Comm_set_errhandler(made.impl_->comm, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  check_mpi(MPI_Comm_rank(made.impl_->comm, &made.rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(made.impl_->comm, &made.size_), "MPI_Comm_size");
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(made.impl_->comm, MPI_COMM_TYPE_SHARED, made.rank_, MPI_INFO_NULL, &node),
            "MPI_Comm_split_type");
  check_mpi(MPI_Comm_rank(node, &made.node_rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(node, &made.node_size_), "MPI_Comm_size");
  check_mpi(MPI_Comm_free(&node), "MPI_Comm_free");
  return made;
}

Communicator Communicator::duplicate() const {
  return native() ? from_native(native()) : self();
}

void* Communicator::native() const {
  return impl_->comm == MPI_COMM_NULL ? nullptr : &impl_->comm;
}

void Communicator::barrier() const {
  if (native()) check_mpi(MPI_Barrier(impl_->comm), "MPI_Barrier");
}

void Communicator::all_reduce(std::span<double> values, Reduction how) const {
  if (native()) reduce_in_pieces(impl_->comm, values, MPI_DOUBLE, how);
}
void Communicator::all_reduce(std::span<float> values, Reduction how) const {
  if (native()) reduce_in_pieces(impl_->comm, values, MPI_FLOAT, how);
}
void Communicator::all_reduce(std::span<std::int64_t> values, Reduction how) const {
  if (native()) reduce_in_pieces(impl_->comm, values, MPI_INT64_T, how);
}

void Communicator::broadcast(std::vector<std::byte>& bytes, int root) const {
  if (!native()) return;
  std::uint64_t size = bytes.size();
  check_mpi(MPI_Bcast(&size, 1, MPI_UINT64_T, root, impl_->comm), "MPI_Bcast");
  bytes.resize(size);
  broadcast_in_pieces(impl_->comm, bytes, root, piece);
}

std::vector<std::size_t> Communicator::sizes_of_all(std::size_t mine) const {
  if (!native()) return {mine};
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(size_));
  const auto size = static_cast<std::int64_t>(mine);
  check_mpi(MPI_Allgather(&size, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, impl_->comm), "MPI_Allgather");
  return {sizes.begin(), sizes.end()};
}

void Communicator::gather(std::span<const std::byte> mine, const std::vector<std::size_t>& counts,
                          std::span<std::byte> all, bool to_all, std::size_t most) const {
  if (!native()) {
    std::ranges::copy(mine, all.begin());
    return;
  }
  const auto places = places_of(counts);
  const bool here = to_all || root();
  if (places.back() <= most) {
    const std::vector<int> count(counts.begin(), counts.end()), offset(places.begin(), places.end() - 1);
    const auto own = static_cast<int>(mine.size());
    const auto code = to_all ? MPI_Allgatherv(mine.data(), own, MPI_BYTE, all.data(), count.data(),
                                              offset.data(), MPI_BYTE, impl_->comm)
                             : MPI_Gatherv(mine.data(), own, MPI_BYTE, all.data(), count.data(),
                                           offset.data(), MPI_BYTE, 0, impl_->comm);
    check_mpi(code, "MPI_Gatherv");
    return;
  }
  // MPI counts are int: rank after rank.
  if (here)
    std::ranges::copy(mine,
                      all.begin() + static_cast<std::ptrdiff_t>(places[static_cast<std::size_t>(rank_)]));
  for (int from = 0; from < size_; ++from) {
    const auto place = places[static_cast<std::size_t>(from)], count = counts[static_cast<std::size_t>(from)];
    if (to_all) {
      broadcast_in_pieces(impl_->comm, all.subspan(place, count), from, most);
    } else if (from > 0 && root()) {
      receive_in_pieces(impl_->comm, all.subspan(place, count), from, most);
    } else if (from > 0 && from == rank_) {
      send_in_pieces(impl_->comm, mine, most);
    }
  }
}

std::vector<std::byte> Communicator::gather_bytes(std::span<const std::byte> mine,
                                                  std::vector<std::size_t>& counts, bool to_all,
                                                  std::size_t most) const {
  counts = sizes_of_all(mine.size());
  std::vector<std::byte> all(to_all || root() ? places_of(counts).back() : 0);
  gather(mine, counts, all, to_all, most);
  return all;
}

void Communicator::gather_into(std::span<const std::byte> mine, std::span<std::byte> all,
                               std::size_t most) const {
  const auto counts = sizes_of_all(mine.size());
  CYTO_EXPECT(!root() || all.size() == places_of(counts).back());
  gather(mine, counts, all, false, most);
}

std::int64_t Communicator::sum(std::int64_t value) const {
  all_reduce(std::span(&value, 1), Reduction::sum);
  return value;
}
std::int64_t Communicator::max(std::int64_t value) const {
  all_reduce(std::span(&value, 1), Reduction::max);
  return value;
}
std::int64_t Communicator::prefix_sum(std::int64_t value) const {
  std::int64_t below = 0;
  if (native()) {
    check_mpi(MPI_Exscan(&value, &below, 1, MPI_INT64_T, MPI_SUM, impl_->comm), "MPI_Exscan");
    if (root()) below = 0;  // Exscan leaves rank 0's result undefined
  }
  return below;
}

std::string Communicator::broadcast(std::string text, int root) const {
  std::vector<char> chars(text.begin(), text.end());
  broadcast_values(chars, root);
  return {chars.begin(), chars.end()};
}

namespace {

std::vector<std::string> cut(const std::vector<std::byte>& all, const std::vector<std::size_t>& counts) {
  std::vector<std::string> texts;
  std::size_t at = 0;
  for (auto count : counts) {
    texts.emplace_back(reinterpret_cast<const char*>(all.data()) + at, count);
    at += count;
  }
  return texts;
}

}  // namespace

std::vector<std::string> Communicator::gather(const std::string& text) const {
  std::vector<std::size_t> counts;
  const auto all = gather_bytes(std::as_bytes(std::span(text)), counts, false);
  return root() ? cut(all, counts) : std::vector<std::string>{};
}

std::vector<std::string> Communicator::all_gather(const std::string& text) const {
  std::vector<std::size_t> counts;
  const auto all = gather_bytes(std::as_bytes(std::span(text)), counts, true);
  return cut(all, counts);
}

}  // namespace cytoscale::mpi
