// The libraries that this program is made of, for --version.
#pragma once
#include <string>

namespace cytoscale::jobs {

// A line for each: its name and version, and for the modules (core/system/module_function.hpp) where they
// are. Those of modules are what they were built with: nothing is loaded.
std::string library_versions();

}  // namespace cytoscale::jobs
