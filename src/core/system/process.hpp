// Who a process is, and whether it still lives: what a lock and the name of a temporary say of their maker.
// A host name and a pid do not suffice: pids are used again, a host is started again, two containers of one
// host have a pid 7 each, and images of virtual machines share a name. So the time at which the process
// started, and a mark of the kernel's boot and of the PID namespace, go with them. Linux (/proc).
// Collective: no.
#pragma once
#include <cstdint>
#include <string>

namespace cytoscale {

struct ProcessIdentity {
  std::string host;  // as the kernel names it
  std::string boot;  // 8 hexadecimal digits of this boot of the kernel and this PID namespace
  std::int64_t pid = 0;
  std::uint64_t start = 0;  // clock ticks after boot (/proc/PID/stat, field 22); 0 where /proc does not tell

  static ProcessIdentity self();

  // Whether it is of this host, this boot and this PID namespace, so that alive() can answer.
  bool here() const;
  // False: it is gone, its pid is another process's by now, or it is a zombie without threads, which writes
  // nothing any more. (kill(pid, 0) alone takes a zombie for alive.) A process of another user counts as
  // alive where /proc hides it.
  bool alive() const;
};

// Seconds since the machine's start, those of its sleep included: a machine that was suspended for ten
// minutes has given no sign of life for ten minutes.
double seconds_since_boot();

}  // namespace cytoscale
