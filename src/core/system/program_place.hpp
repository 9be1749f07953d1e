// Where this program lies, and what came with it.
#pragma once
#include <filesystem>
#include <string>

namespace cytoscale {

// The folder of this process's program; empty where /proc does not tell.
std::filesystem::path program_folder();

// A shared library of ours: beside the program, or in ../lib/cytoscale beside its folder; beside it where it
// is in neither.
std::filesystem::path module_path(const std::string& file);

// A file or folder that was installed in ../share/cytoscale beside the program's folder.
std::filesystem::path shared_path(const std::filesystem::path& name);

}  // namespace cytoscale
