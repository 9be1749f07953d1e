#include "hdf5/file.hpp"

#include <cstdlib>
#include <exception>
#include <optional>

#include "core/error.hpp"
#include "hdf5/hdf5_error_internal.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::hdf5 {
namespace {

// The library's locks (flock) are off: many cluster file systems have none and answer ENOLCK, and a run has
// its own (core/system/output_lock.hpp). The variable decides over what a file's properties say, and is read
// when the library starts; it is set before any thread is.
const bool locking_is_off = ::setenv("HDF5_USE_FILE_LOCKING", "FALSE", 1) == 0;

Handle access_properties(const std::string& where, bool write) {
  Handle properties = own(H5Pcreate(H5P_FILE_ACCESS), "no property list", where);
  const char* problem = "properties cannot be set";
  // 1.8's format: compact, checksummed object headers, and no "open for writing" mark that a killed run would
  // leave set.
  checked(H5Pset_libver_bounds(properties.id(), H5F_LIBVER_V18, H5F_LIBVER_V18), problem, where);
  // Closing a file whose objects are still open is a defect: be told.
  checked(H5Pset_fclose_degree(properties.id(), H5F_CLOSE_SEMI), problem, where);
  // Rows written are in the file when the call returns, not in a buffer that a killed process takes with it.
  if (write) checked(H5Pset_sieve_buf_size(properties.id(), 0), problem, where);
#if H5_VERSION_GE(1, 10, 7)
  checked(H5Pset_file_locking(properties.id(), !locking_is_off, true), problem, where);
#endif
  return properties;
}

constexpr const char* unreadable =
    "Not an HDF5 file, or cut short (an interrupted copy or a full disk): make it again";

}  // namespace

File::File(Handle handle, const std::filesystem::path& path)
    : handle_(std::move(handle)), where_(path.string()) {
  root_ = Group(own(H5Gopen2(handle_.id(), "/", H5P_DEFAULT), "the root group cannot be opened", where_),
                where_ + ":/");
}

File File::create(const std::filesystem::path& path) {
  silence();
  const std::string where = path.string();
  const Handle access = access_properties(where, true);
  const Handle creation = own(H5Pcreate(H5P_FILE_CREATE), "no property list", where);
  checked(H5Pset_obj_track_times(creation.id(), false), "properties cannot be set", where);
  Handle file(H5Fcreate(where.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()));
  if (!file.open())
    fail("the file cannot be created", where, "Check the folder, its permissions and the free space");
  return {std::move(file), path};
}

File File::open(const std::filesystem::path& path, Access access) {
  silence();
  const std::string where = path.string();
  std::error_code status;
  if (!std::filesystem::exists(path, status)) {
    throw Error("there is no such file", where, "Run the job that makes it first, or mend the path");
  }
  if (std::filesystem::is_directory(path, status)) throw Error("this is a folder, a file is needed", where);
  const bool write = access == Access::read_write;
  const Handle properties = access_properties(where, write);
  Handle file(H5Fopen(where.c_str(), write ? H5F_ACC_RDWR : H5F_ACC_RDONLY, properties.id()));
  if (!file.open()) fail("the file cannot be opened", where, unreadable);
  return {std::move(file), path};
}

File File::open_parallel(const mpi::Communicator& comm, const std::filesystem::path& path) {
  // A file that one rank cannot open at all must not leave the others waiting in the collective opening.
  mpi::together(comm, [&] { open(path, Access::read).close(); });
  if (comm.native() == nullptr) return open(path, Access::read_write);
  const std::string where = path.string();
  std::optional<File> result;
  const auto problem = mpi::failure_in([&] {
    const Handle properties = access_properties(where, true);
    checked(H5Pset_fapl_mpio(properties.id(), *static_cast<MPI_Comm*>(comm.native()), MPI_INFO_NULL),
            "MPI-IO cannot be used", where);
    Handle file(H5Fopen(where.c_str(), H5F_ACC_RDWR, properties.id()));
    if (!file.open())
      fail("the file cannot be opened for writing by all ranks", where, "Check its permissions");
    result = File(std::move(file), path);
    result->parallel_ = comm.size() > 1;
  });
  mpi::agree(comm, problem);
  return std::move(*result);
}

// To close it is collective. Where this rank alone unwinds, the others are elsewhere: it is left open, for
// the program is about to end.
File::~File() {
  if (!parallel_ || !handle_.open() || std::uncaught_exceptions() == 0 || mpi::failing_together()) return;
  root_ = Group();
  handle_.release();
}

void File::close() {
  if (!handle_.open()) return;
  root_ = Group();
  if (H5Fclose(handle_.release()) < 0)
    fail("the file cannot be closed", where_, "Check the free space and the quota");
}

}  // namespace cytoscale::hdf5
