// Ownership of one HDF5 identifier of any kind (file, group, dataset, dataspace, attribute, type, property
// list). Collective: no, except that the last handle of a file opened in parallel closes it.
#pragma once
#include <cstdint>
#include <utility>

namespace cytoscale::hdf5 {

class Handle {
 public:
  Handle() = default;
  explicit Handle(std::int64_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle();  // a failure to close is swallowed: use File::close() where it matters

  std::int64_t id() const { return id_; }
  bool open() const { return id_ >= 0; }
  std::int64_t release() { return std::exchange(id_, -1); }

 private:
  std::int64_t id_ = -1;
};

}  // namespace cytoscale::hdf5
