#include "core/system/process.hpp"

#include <limits.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <sstream>
#include <vector>

#include "core/fingerprint.hpp"

namespace cytoscale {
namespace {

// Files of /proc have no size: they are read until they end. Empty where there is none.
std::string proc_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string host_name() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::string boot_mark() {
  std::array<char, 64> space{};  // such as "pid:[4026531836]"
  const auto length = ::readlink("/proc/self/ns/pid", space.data(), space.size() - 1);
  Fingerprint mark;
  mark.add(proc_text("/proc/sys/kernel/random/boot_id"));
  mark.add(std::string_view(space.data(), length > 0 ? static_cast<std::size_t>(length) : 0));
  return mark.text().substr(0, 8);
}

struct ProcessState {
  char letter;  // 'Z': a zombie, 'X': dead
  int threads;
  std::uint64_t start;
};

std::optional<ProcessState> state_of(std::int64_t pid) {
  const std::string text = proc_text("/proc/" + std::to_string(pid) + "/stat");
  const auto name_end = text.rfind(')');  // the second field, the program's name, may hold anything
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream rest(text.substr(name_end + 1));
  const std::vector<std::string> fields(std::istream_iterator<std::string>(rest), {});
  if (fields.size() < 20) return std::nullopt;
  return ProcessState{fields[0][0], std::stoi(fields[17]), std::stoull(fields[19])};
}

}  // namespace

ProcessIdentity ProcessIdentity::self() {
  static const std::string host = host_name(), boot = boot_mark();  // the same after a fork
  const auto pid = static_cast<std::int64_t>(::getpid());
  const auto state = state_of(pid);
  return {host, boot, pid, state ? state->start : 0};
}

bool ProcessIdentity::here() const {
  const ProcessIdentity own = self();
  return host == own.host && boot == own.boot && pid > 0;
}

bool ProcessIdentity::alive() const {
  if (pid <= 0 || pid > std::numeric_limits<pid_t>::max()) return false;  // no pid: 0 and less are groups
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return false;
  const auto state = state_of(pid);
  if (!state) return true;
  // A thread that hangs in a write outlives the main thread's death; so long it may still write.
  const bool over = (state->letter == 'Z' || state->letter == 'X') && state->threads <= 1;
  return !over && (start == 0 || state->start == start);
}

double seconds_since_boot() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

}  // namespace cytoscale
