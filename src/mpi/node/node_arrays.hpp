// Arrays of rank 0 that each node of a run holds once, for all its ranks.
#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "core/table/array.hpp"
#include "mpi/node/node_bytes.hpp"

namespace cytoscale::mpi {

// As on_each_node(); what other ranks give is not looked at. Collective: yes.
template <typename... T>
std::tuple<Array<T>...> arrays_on_each_node(const Communicator& comm, std::span<const T>... of_rank0) {
  const std::array<std::span<const std::byte>, sizeof...(T)> parts = {std::as_bytes(of_rank0)...};
  auto places = places_of_parts(parts);
  std::vector<std::size_t> counts = {of_rank0.size()...};
  comm.broadcast_values(places);
  comm.broadcast_values(counts);
  const auto node = on_each_node(comm, parts);
  return [&]<std::size_t... i>(std::index_sequence<i...>) {
    const auto first = [&](std::size_t part) { return node.bytes.data() + places[part]; };
    return std::tuple<Array<T>...>(
        Array<T>(std::span(reinterpret_cast<const T*>(first(i)), counts[i]), node.keeper)...);
  }
  (std::index_sequence_for<T...>());
}

template <typename T>
Array<T> array_on_each_node(const Communicator& comm, std::span<const T> of_rank0) {
  return std::get<0>(arrays_on_each_node(comm, of_rank0));
}

}  // namespace cytoscale::mpi
