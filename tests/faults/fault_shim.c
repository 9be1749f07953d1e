// Faults of a disk or a file system, made to order: preloaded (LD_PRELOAD) into the program under test, it
// lets calls on chosen files fail, wait or be noted, and passes all others on. It does nothing in any other
// program (mpirun).
//
// FAULT_RULES   rules, separated by ';', each CALL[@RANK]:PATH:ACTION[:ARGUMENT]; the first that fits acts
//   CALL        open (also of streams), read (also pread), write (also pwrite, writev), fsync, flock,
//               rename (PATH is of the new name)
//   RANK        only in the process with this number in OMPI_COMM_WORLD_RANK
//   PATH        a part of the file's path; empty: any file
//   ACTION      EIO, ENOSPC, ENOLCK, EROFS: the call fails so
//               sleep: it waits ARGUMENT milliseconds first
//               stall: it never returns
//               log: nothing but what FAULT_LOG does
// FAULT_AFTER   file: calls fail only while it exists
// FAULT_LOG     file that gets a line "CALL PATH" for each call that fits a rule, before the rule acts
// FAULT_PROGRAM name of the program's file (default: cytoscale)
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { most_rules = 16 };

struct Rule {
  char call[16], path[256], action[16];
  long argument;
};

static struct Rule rules[most_rules];
static int rule_count = 0;

__attribute__((constructor)) static void read_rules(void) {
  const char* text = getenv("FAULT_RULES");
  const char* program = getenv("FAULT_PROGRAM");
  const char* rank = getenv("OMPI_COMM_WORLD_RANK");
  char self[PATH_MAX] = {0};
  if (!text || readlink("/proc/self/exe", self, sizeof self - 1) < 0) return;
  const char* name = strrchr(self, '/');
  if (!name || strcmp(name + 1, program ? program : "cytoscale") != 0) return;
  char* copy = strdup(text);
  char* rest = copy;
  for (char* one; rule_count < most_rules && (one = strsep(&rest, ";"));) {
    struct Rule* rule = &rules[rule_count];
    char *call = strsep(&one, ":"), *path = strsep(&one, ":"), *action = strsep(&one, ":");
    if (!call || !path || !action) continue;
    const char* of = strsep(&call, "@");
    if (call && (!rank || strcmp(call, rank) != 0)) continue;
    snprintf(rule->call, sizeof rule->call, "%s", of);
    snprintf(rule->path, sizeof rule->path, "%s", path);
    snprintf(rule->action, sizeof rule->action, "%s", action);
    rule->argument = one ? strtol(one, NULL, 10) : 0;
    ++rule_count;
  }
  free(copy);
}

// By system calls alone: the shim must not meet itself.
static void note(const char* call, const char* path) {
  const char* log = getenv("FAULT_LOG");
  if (!log) return;
  char line[PATH_MAX + 32];
  const int length = snprintf(line, sizeof line, "%s %s\n", call, path);
  const long file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return;
  if (syscall(SYS_write, file, line, (size_t)length) < 0) _exit(99);
  syscall(SYS_close, file);
}

static int error_named(const char* name) {
  if (strcmp(name, "EIO") == 0) return EIO;
  if (strcmp(name, "ENOSPC") == 0) return ENOSPC;
  if (strcmp(name, "ENOLCK") == 0) return ENOLCK;
  if (strcmp(name, "EROFS") == 0) return EROFS;
  return 0;
}

// The error with which the call is to fail; 0: none.
static int fault(const char* call, const char* path) {
  const char* after = getenv("FAULT_AFTER");
  for (int i = 0; i < rule_count; ++i) {
    struct Rule* rule = &rules[i];
    if (strcmp(rule->call, call) != 0 || !path || !strstr(path, rule->path)) continue;
    note(call, path);
    if (strcmp(rule->action, "sleep") == 0) {
      const struct timespec time = {rule->argument / 1000, rule->argument % 1000 * 1000000};
      nanosleep(&time, NULL);
    } else if (strcmp(rule->action, "stall") == 0) {
      for (;;) pause();
    } else if (!after || syscall(SYS_faccessat, AT_FDCWD, after, F_OK) == 0) {
      return error_named(rule->action);
    }
    return 0;
  }
  return 0;
}

static int fault_of_file(const char* call, int file) {
  if (rule_count == 0) return 0;
  int any = 0;
  for (int i = 0; i < rule_count; ++i) any |= strcmp(rules[i].call, call) == 0;
  if (!any) return 0;
  const int kept = errno;
  char link[64], path[PATH_MAX] = {0};
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const long length = readlink(link, path, sizeof path - 1);
  errno = kept;
  return length > 0 ? fault(call, path) : 0;
}

#define NEXT(name) (__typeof__(&name))dlsym(RTLD_NEXT, #name)
#define FAIL_IF(problem, value) \
  do {                          \
    const int error = problem;  \
    if (error) {                \
      errno = error;            \
      return value;             \
    }                           \
  } while (0)

static mode_t mode_of(int flags, va_list more) {
  return flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(more, mode_t) : 0;
}

#define OPEN(name)                             \
  int name(const char* path, int flags, ...) { \
    va_list more;                              \
    va_start(more, flags);                     \
    const mode_t mode = mode_of(flags, more);  \
    va_end(more);                              \
    FAIL_IF(fault("open", path), -1);          \
    return (NEXT(name))(path, flags, mode);    \
  }
OPEN(open)
OPEN(open64)

FILE* fopen(const char* path, const char* mode) {
  FAIL_IF(fault("open", path), NULL);
  return (NEXT(fopen))(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  FAIL_IF(fault("open", path), NULL);
  return (NEXT(fopen64))(path, mode);
}

ssize_t read(int file, void* to, size_t size) {
  FAIL_IF(fault_of_file("read", file), -1);
  return (NEXT(read))(file, to, size);
}
ssize_t pread(int file, void* to, size_t size, off_t at) {
  FAIL_IF(fault_of_file("read", file), -1);
  return (NEXT(pread))(file, to, size, at);
}
ssize_t pread64(int file, void* to, size_t size, off64_t at) {
  FAIL_IF(fault_of_file("read", file), -1);
  return (NEXT(pread64))(file, to, size, at);
}
ssize_t write(int file, const void* from, size_t size) {
  FAIL_IF(fault_of_file("write", file), -1);
  return (NEXT(write))(file, from, size);
}
ssize_t pwrite(int file, const void* from, size_t size, off_t at) {
  FAIL_IF(fault_of_file("write", file), -1);
  return (NEXT(pwrite))(file, from, size, at);
}
ssize_t pwrite64(int file, const void* from, size_t size, off64_t at) {
  FAIL_IF(fault_of_file("write", file), -1);
  return (NEXT(pwrite64))(file, from, size, at);
}
ssize_t writev(int file, const struct iovec* from, int count) {
  FAIL_IF(fault_of_file("write", file), -1);
  return (NEXT(writev))(file, from, count);
}
int fsync(int file) {
  FAIL_IF(fault_of_file("fsync", file), -1);
  return (NEXT(fsync))(file);
}
int flock(int file, int operation) {
  FAIL_IF(fault_of_file("flock", file), -1);
  return (NEXT(flock))(file, operation);
}
int rename(const char* from, const char* to) {
  FAIL_IF(fault("rename", to), -1);
  return (NEXT(rename))(from, to);
}
