#include "mpi/node/node_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "mpi/agree.hpp"
#include "mpi/native_internal.hpp"

namespace cytoscale::mpi {
namespace {

constexpr std::size_t bytes_at_once = std::size_t{1} << 30;

class FreedComm {
 public:
  ~FreedComm() {
    if (comm != MPI_COMM_NULL) MPI_Comm_free(&comm);
  }
  MPI_Comm comm = MPI_COMM_NULL;
};

// A name for shared memory; gone with this object, while those who have mapped it keep it.
class SharedName {
 public:
  ~SharedName() {
    if (!name.empty()) shm_unlink(name.c_str());
  }
  std::string name;
};

std::shared_ptr<std::byte> mapped(int descriptor, std::size_t size, int access) {
  void* memory = mmap(nullptr, size, access, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) return nullptr;
  return {static_cast<std::byte*>(memory), [size](std::byte* at) { munmap(at, size); }};
}

// New, of this size and all of it there; nothing where there is too little.
std::shared_ptr<std::byte> make_shared_memory(std::size_t size, SharedName& name) {
  static int count = 0;
  const auto wanted = "/cytoscale-" + std::to_string(getpid()) + "-" + std::to_string(count++);
  const int descriptor = shm_open(wanted.c_str(), O_CREAT | O_EXCL | O_RDWR, 0600);
  if (descriptor < 0) return nullptr;
  name.name = wanted;
  // Taken now: what is missing when a page is first touched would end the process.
  const bool there = posix_fallocate(descriptor, 0, static_cast<off_t>(size)) == 0;
  auto memory = there ? mapped(descriptor, size, PROT_READ | PROT_WRITE) : nullptr;
  close(descriptor);
  return memory;
}

// Nothing where there is no such name here.
std::shared_ptr<std::byte> open_shared_memory(const std::string& name, std::size_t size) {
  const int descriptor = shm_open(name.c_str(), O_RDONLY, 0);
  auto memory = descriptor < 0 ? nullptr : mapped(descriptor, size, PROT_READ);
  if (descriptor >= 0) close(descriptor);
  return memory;
}

std::shared_ptr<std::byte> own_memory(std::size_t size) {
  return {new std::byte[std::max<std::size_t>(size, 1)], [](const std::byte* at) { delete[] at; }};
}

void copy_parts(std::span<const std::span<const std::byte>> parts, std::byte* to) {
  const auto places = places_of_parts(parts);
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!parts[i].empty()) std::memcpy(to + places[i], parts[i].data(), parts[i].size());
}

void broadcast(MPI_Comm comm, std::byte* bytes, std::size_t size) {
  for (std::size_t at = 0; at < size; at += bytes_at_once)
    check_mpi(MPI_Bcast(bytes + at, static_cast<int>(std::min(bytes_at_once, size - at)), MPI_BYTE, 0, comm),
              "MPI_Bcast");
}

std::string broadcast_text(MPI_Comm comm, std::string text) {
  auto size = static_cast<int>(text.size());
  check_mpi(MPI_Bcast(&size, 1, MPI_INT, 0, comm), "MPI_Bcast");
  text.resize(static_cast<std::size_t>(size));
  check_mpi(MPI_Bcast(text.data(), size, MPI_CHAR, 0, comm), "MPI_Bcast");
  return text;
}

}  // namespace

std::vector<std::size_t> places_of_parts(std::span<const std::span<const std::byte>> parts) {
  std::vector<std::size_t> places = {0};
  for (const auto& part : parts)
    places.push_back((places.back() + part.size() + part_alignment - 1) / part_alignment * part_alignment);
  return places;
}

NodeBytes on_each_node(const Communicator& comm, std::span<const std::span<const std::byte>> parts) {
  std::vector<std::size_t> size = {comm.root() ? places_of_parts(parts).back() : 0};
  comm.broadcast_values(size);
  std::shared_ptr<std::byte> memory;
  if (!comm.native() || comm.size() == 1) {
    memory = own_memory(size[0]);
    copy_parts(parts, memory.get());
    return {{memory.get(), size[0]}, memory};
  }
  auto* native = static_cast<MPI_Comm*>(comm.native());
  const bool leads = comm.node_rank() == 0;
  FreedComm node, leaders;
  check_mpi(MPI_Comm_split_type(*native, MPI_COMM_TYPE_SHARED, comm.rank(), MPI_INFO_NULL, &node.comm),
            "MPI_Comm_split_type");
  check_mpi(MPI_Comm_split(*native, leads ? 0 : MPI_UNDEFINED, comm.rank(), &leaders.comm), "MPI_Comm_split");
  SharedName name;
  bool shared = false;
  together(comm, [&] {
    if (!leads) return;
    if (size[0] > 0) memory = make_shared_memory(size[0], name);
    shared = memory != nullptr;
    if (!shared) memory = own_memory(size[0]);
    if (comm.root()) copy_parts(parts, memory.get());
  });
  if (leads) {
    broadcast(leaders.comm, memory.get(), size[0]);
  }
  const auto where = broadcast_text(node.comm, shared ? name.name : std::string());
  if (!leads && !where.empty()) memory = open_shared_memory(where, size[0]);
  // Ranks of one node may have a /dev/shm each: then each has a copy.
  int opened = memory != nullptr ? 1 : 0, all_opened = 0;
  check_mpi(MPI_Allreduce(&opened, &all_opened, 1, MPI_INT, MPI_MIN, node.comm), "MPI_Allreduce");
  together(comm, [&] {
    if (!leads && !all_opened) memory = own_memory(size[0]);
  });
  if (!all_opened) broadcast(node.comm, memory.get(), size[0]);
  return {{memory.get(), size[0]}, memory};
}

}  // namespace cytoscale::mpi
