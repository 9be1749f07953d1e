#include "core/system/module_function.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <string>

#include "core/error.hpp"

namespace cytoscale {

void Module::load() const {
  std::error_code unknown;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
  auto path = program / file_;
  if (std::error_code none; !std::filesystem::exists(path, none)) {
    const auto installed = program.parent_path() / "lib" / "cytoscale" / file_;
    if (std::filesystem::exists(installed, none)) path = installed;
  }
  // All of its symbols now: one that is missing must not end a job of hours.
  if (dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) return;
  const char* reason = dlerror();
  throw Error(std::string("cannot be loaded: ") + (reason ? reason : "unknown reason"), path.string(),
              remedy_);
}

void Module::lacks_function() const {
  throw Error("does not hold the function that is needed: it is of another version", file_,
              "Install the program and its libraries together");
}

}  // namespace cytoscale
