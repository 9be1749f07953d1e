// HDF5 files and groups. A file is created, and all its groups, datasets and attributes made, on one rank;
// rows are then written by all ranks through open_parallel(). (Creating objects in parallel is legal only
// when every rank makes the same calls; when not, HDF5 loses datasets or hangs without a message.) Object
// times are not stored, so the same content gives the same bytes. One thread of the process speaks HDF5.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "hdf5/dataset.hpp"
#include "mpi/communicator.hpp"

namespace cytoscale::hdf5 {

class Group : public Object {
 public:
  Group() = default;
  Group(Handle handle, std::string where) : Object(std::move(handle), std::move(where)) {}

  Group create_group(const std::string& name);
  template <typename T>
  Dataset create(const std::string& name, const Shape& shape) {
    return create_dataset(name, shape, number_type_of(number_of<T>()));
  }
  Dataset create(const std::string& name, const Shape& shape, Number type);
  // Text of a fixed number of bytes (at least 1).
  Dataset create_text(const std::string& name, std::uint64_t count, std::size_t width);
  Dataset create_boolean(const std::string& name, const Shape& shape);
  // Created and written at once.
  template <typename T>
  Dataset store(const std::string& name, const Shape& shape, std::span<const T> values) {
    Dataset dataset = create<T>(name, shape);
    dataset.template write<T>(0, dataset.rows(), values);
    return dataset;
  }
  Dataset store_texts(const std::string& name,
                      const std::vector<std::string>& texts);            // variable length, serial
  Dataset store_text(const std::string& name, const std::string& text);  // scalar
  // Numbers that are 0 or 1, stored as h5py's booleans.
  Dataset store_booleans(const std::string& name, const std::vector<std::uint8_t>& values);

  bool contains(const std::string& name) const;  // of this group or, with slashes, below it
  bool is_group(const std::string& name) const;
  std::vector<std::string> names() const;  // in the order of their bytes
  Group group(const std::string& name) const;
  Dataset dataset(const std::string& name) const;

 private:
  static Handle number_type_of(Number number);
  Dataset create_dataset(const std::string& name, const Shape& shape, const Handle& type);
  std::string below(const std::string& name) const;
};

class File {
 public:
  enum class Access { read, read_write };

  // Replaces what is there. Collective: no.
  static File create(const std::filesystem::path& path);
  // Throws Error for a file that is missing, truncated, or not HDF5. Collective: no.
  static File open(const std::filesystem::path& path, Access access);
  // For reading and writing on all ranks through MPI-IO; without MPI as open(). Throws the same Error on all
  // ranks. Collective: yes.
  static File open_parallel(const mpi::Communicator& comm, const std::filesystem::path& path);

  File() = default;
  ~File();
  File(File&&) noexcept = default;
  File& operator=(File&&) noexcept = default;
  const Group& root() const { return root_; }
  Group& root() { return root_; }
  // Throws Error when writing back fails, or objects of the file are still open. Collective: yes for a
  // parallel file.
  void close();
  bool is_open() const { return handle_.open(); }

 private:
  File(Handle handle, const std::filesystem::path& path);
  Handle handle_;
  Group root_;
  std::string where_;
  bool parallel_ = false;
};

}  // namespace cytoscale::hdf5
