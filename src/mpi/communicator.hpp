// The ranks of a run. A Communicator is either this process alone (rank 0 of 1, no MPI needed) or a real MPI
// communicator. All calls are blocking and come from one thread (MPI_THREAD_FUNNELED).
// Every function here but rank(), size() and native() is Collective: yes, unless it says otherwise.
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace cytoscale::mpi {

enum class Reduction { sum, min, max };

class Communicator {
 public:
  static Communicator self();                       // rank 0 of 1; Collective: no
  static Communicator from_native(void* mpi_comm);  // duplicates the MPI_Comm pointed to
  Communicator duplicate() const;                   // for messages that must not meet others

  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  int rank() const { return rank_; }
  int size() const { return size_; }
  bool root() const { return rank_ == 0; }
  // Among the ranks that share this one's memory (its node).
  int node_rank() const { return node_rank_; }
  int node_size() const { return node_size_; }
  // The MPI_Comm, as a pointer to it, for HDF5 and NCCL; nullptr when this is self() without MPI. Collective:
  // no.
  void* native() const;

  void barrier() const;
  // In place over all ranks. Floating sums are in MPI's order: equal on all ranks of a run, but not across
  // rank counts.
  void all_reduce(std::span<double> values, Reduction how) const;
  void all_reduce(std::span<float> values, Reduction how) const;
  void all_reduce(std::span<std::int64_t> values, Reduction how) const;

  // Root's bytes to all; other ranks' vectors are resized.
  void broadcast(std::vector<std::byte>& bytes, int root = 0) const;
  // Concatenates in rank order; counts may be zero and differ. What is more than `most` goes in pieces of so
  // many bytes: an MPI call counts with int.
  std::vector<std::byte> gather_bytes(std::span<const std::byte> mine, std::vector<std::size_t>& counts,
                                      bool to_all, std::size_t most = std::numeric_limits<int>::max()) const;

  // The same to rank 0 alone, into room of its own that has just the size of all.
  void gather_into(std::span<const std::byte> mine, std::span<std::byte> all,
                   std::size_t most = std::numeric_limits<int>::max()) const;

  // Typed shells over the byte calls.
  std::int64_t sum(std::int64_t value) const;
  std::int64_t max(std::int64_t value) const;
  std::int64_t prefix_sum(std::int64_t value) const;  // of the ranks below this one
  std::string broadcast(std::string text, int root = 0) const;
  // Every rank's value by rank; gather() gives an empty vector on the ranks other than 0.
  std::vector<std::string> gather(const std::string& text) const;
  std::vector<std::string> all_gather(const std::string& text) const;
  template <typename T>
  std::vector<T> gather_all(std::span<const T> mine) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::size_t> counts;
    const auto bytes = gather_bytes(std::as_bytes(mine), counts, true);
    std::vector<T> all(bytes.size() / sizeof(T));
    if (!all.empty()) __builtin_memcpy(all.data(), bytes.data(), bytes.size());
    return all;
  }
  template <typename T>
  void broadcast_values(std::vector<T>& values, int root = 0) const {
    static_assert(std::is_trivially_copyable_v<T>);
    std::vector<std::byte> bytes(values.size() * sizeof(T));
    if (!values.empty()) __builtin_memcpy(bytes.data(), values.data(), bytes.size());
    broadcast(bytes, root);
    values.resize(bytes.size() / sizeof(T));
    if (!values.empty()) __builtin_memcpy(values.data(), bytes.data(), bytes.size());
  }

 private:
  Communicator();
  std::vector<std::size_t> sizes_of_all(std::size_t mine) const;
  void gather(std::span<const std::byte> mine, const std::vector<std::size_t>& counts,
              std::span<std::byte> all, bool to_all, std::size_t most) const;
  struct Impl;
  std::unique_ptr<Impl> impl_;
  int rank_ = 0, size_ = 1, node_rank_ = 0, node_size_ = 1;
  friend class WorkCounter;
};

}  // namespace cytoscale::mpi
