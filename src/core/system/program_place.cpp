#include "core/system/program_place.hpp"

namespace cytoscale {

std::filesystem::path program_folder() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown).parent_path();
}

std::filesystem::path module_path(const std::string& file) {
  std::error_code none;
  const auto beside = program_folder() / file;
  const auto installed = program_folder().parent_path() / "lib" / "cytoscale" / file;
  return !std::filesystem::exists(beside, none) && std::filesystem::exists(installed, none) ? installed
                                                                                            : beside;
}

std::filesystem::path shared_path(const std::filesystem::path& name) {
  return program_folder().parent_path() / "share" / "cytoscale" / name;
}

}  // namespace cytoscale
