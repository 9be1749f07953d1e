// For what only a programmer gets wrong: a broken precondition inside the program. Checked in the builds
// `dev`, `asan`, `tsan` and `fuzz`, where it ends the process with file and line; costs nothing in `release`.
// What a user, a file or a machine can get wrong is an Error, in all builds.
#pragma once

#ifdef NDEBUG
#define CYTO_EXPECT(condition) static_cast<void>(0)
#else
#include <cstdio>
#include <cstdlib>
#define CYTO_EXPECT(condition) \
  ((condition)                 \
       ? static_cast<void>(0)  \
       : (std::fprintf(stderr, "%s:%d: expected %s\n", __FILE__, __LINE__, #condition), std::abort()))
#endif
