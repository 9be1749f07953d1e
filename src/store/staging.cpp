#include "store/staging.hpp"

#include "core/error.hpp"
#include "core/system/files.hpp"
#include "mpi/agree.hpp"
#include "store/sync.hpp"

namespace cytoscale::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* in_memory = "memory";

// A copy keeps the original's time of change, which it gets last: a half copy has another.
bool is_copy_of(const fs::path& copy, const fs::path& file) {
  std::error_code absent;
  const auto size = fs::file_size(copy, absent);
  if (absent || size != fs::file_size(file)) return false;
  return fs::last_write_time(copy, absent) == fs::last_write_time(file) && !absent;
}

void make_copy(const fs::path& file, const fs::path& to) {
  const fs::path part = to.string() + ".part";
  try {
    fs::remove(part);  // of a run that was killed
    check_room(to.parent_path(), static_cast<double>(fs::file_size(file)), "staging " + file.string(),
               "Make room, name another folder with --stage, or leave --stage out");
    fs::copy_file(file, part);
    fs::last_write_time(part, fs::last_write_time(file));
  } catch (const fs::filesystem_error& error) {
    std::error_code ignored;
    fs::remove(part, ignored);
    throw Error("staging " + file.string() + " failed (" + error.code().message() + ")", to.string(),
                "Check the folder of --stage");
  }
  rename_file(part, to);
}

}  // namespace

fs::path stage_file(const mpi::Communicator& comm, const fs::path& file, const std::string& key,
                    const std::string& where, Log& log) {
  const fs::path folder = where == in_memory ? "/dev/shm" : where;
  const fs::path to = folder / ("cytoscale-" + key + "-" + file.filename().string());
  log.info("staging " + file.string() + " to " + to.string());
  mpi::together(comm, [&] {
    if (comm.node_rank() != 0) return;
    make_folder(folder);
    if (!is_copy_of(to, file)) make_copy(file, to);
  });
  return to;
}

void release_staged(const mpi::Communicator& comm, const fs::path& copy, const std::string& where) {
  comm.barrier();
  if (where != in_memory || comm.node_rank() != 0) return;
  std::error_code ignored;
  fs::remove(copy, ignored);
}

}  // namespace cytoscale::store
