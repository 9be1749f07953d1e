#include "target.hpp"

#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <typeinfo>

#include "core/error.hpp"

namespace cytoscale::fuzz {
namespace {

namespace fs = std::filesystem;

constexpr double longest_s = 2;
constexpr long most_memory_kib = (1 << 20) + (1 << 18);  // the reader's, and what the harness itself takes

double processor_s() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

[[noreturn]] void found(const Target& target, const std::string& what) {
  std::fprintf(stderr, "FINDING in %s: %s\n", target.name, what.c_str());
  std::abort();
}

bool gives_result(const Target& target, std::string_view input) {
  try {
    target.read(input);
    return true;
  } catch (const Error& error) {
    if (std::getenv("CYTOSCALE_FUZZ_VERBOSE")) std::fprintf(stderr, "%s\n", error.what());
    if (error.problem().empty()) found(target, "an Error that names no problem");
    return false;
  } catch (const std::exception& error) {
    found(target, std::string("an exception of type ") + typeid(error).name() + ": " + error.what());
  } catch (...) {
    found(target, "an exception of an unknown type");
  }
}

}  // namespace

const std::vector<Target>& targets() {
  static const std::vector<Target> all = {
      {"tiff", 8192, read_tiff_input, tiff_seeds},
      {"picture", 8192, read_picture_input, picture_seeds},
      {"manifest", 16384, read_manifest_input, manifest_seeds},
      {"table", 16384, read_table_input, table_seeds},
      {"config", 16384, read_config_input, config_seeds},
      {"names", 16384, read_names_input, names_seeds},
      {"safetensors", 16384, read_safetensors_input, safetensors_seeds},
      {"journal", 16384, read_journal_input, journal_seeds},
      {"cells", 32768, read_cells_input, cells_seeds, true},
      {"illumination", 32768, read_illumination_input, illumination_seeds, true},
      {"crops", 32768, read_crops_input, crops_seeds, true},
      {"embeddings", 32768, read_embeddings_input, embeddings_seeds, true},
      {"anndata", 32768, read_anndata_input, anndata_seeds, true},
      {"hdf5_edit", 512, read_edited_hdf5_input, hdf5_edit_seeds},
  };
  return all;
}

const Target& target(const std::string& name) {
  std::string known;
  for (const auto& each : targets()) {
    if (each.name == name) return each;
    known += std::string(" ") + each.name;
  }
  throw std::invalid_argument("there is no target '" + name + "'; there are:" + known);
}

bool accepts(const Target& target, std::string_view input) {
  const double begin = processor_s();
  const bool accepted = gives_result(target, input);
  const double took = processor_s() - begin;
  if (took > longest_s) found(target, "it took " + std::to_string(took) + " s");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  if (usage.ru_maxrss > most_memory_kib) found(target, "it took " + std::to_string(usage.ru_maxrss) + " KiB");
  return accepted;
}

fs::path scratch_folder() {
  struct Folder {
    Folder() { fs::create_directories(path); }
    ~Folder() {
      std::error_code ignored;
      fs::remove_all(path, ignored);
    }
    fs::path path = fs::temp_directory_path() / ("cytoscale_fuzz_" + std::to_string(::getpid()));
  };
  static const Folder folder;
  return folder.path;
}

fs::path scratch_file(const std::string& name, std::string_view bytes) {
  const fs::path path = scratch_folder() / name;
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  out.close();
  if (!out) throw std::runtime_error("cannot write " + path.string());
  return path;
}

}  // namespace cytoscale::fuzz
