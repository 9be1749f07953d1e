// Work on threads while the calling thread hands it out (and alone speaks to MPI and HDF5).
#pragma once
#include <cstddef>
#include <functional>
#include <optional>

namespace cytoscale {

// Calls `next` on this thread until it gives nothing, and `work` with each item on one of `threads` worker
// threads, a few items ahead at most. `tick` is called on this thread between items and at least every 20 ms
// while it waits. Returns when all work is done; the first exception of a worker is rethrown here then (items
// not yet begun are dropped).
void dispatch(int threads, const std::function<std::optional<std::size_t>()>& next,
              const std::function<void(std::size_t)>& work, const std::function<void()>& tick = {});

}  // namespace cytoscale
