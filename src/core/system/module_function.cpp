#include "core/system/module_function.hpp"

#include <dlfcn.h>

#include <string>

#include "core/error.hpp"
#include "core/system/program_place.hpp"

namespace cytoscale {

namespace {

// All of its symbols now: one that is missing must not end a job of hours.
bool opens(const std::filesystem::path& file) {
  return dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL) != nullptr;
}

}  // namespace

bool Module::can_be_loaded() const {
  return opens(module_path(file_));
}

void Module::load() const {
  const auto file = module_path(file_);
  if (opens(file)) return;
  const char* reason = dlerror();
  throw Error(std::string("cannot be loaded: ") + (reason ? reason : "unknown reason"), file.string(),
              remedy_);
}

void Module::lacks_function() const {
  throw Error("does not hold the function that is needed: it is of another version", file_,
              "Install the program and its libraries together");
}

}  // namespace cytoscale
