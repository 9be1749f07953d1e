// What the fuzzers share. A target hands the bytes of an input to one of the program's readers; the contract
// that every input is held to is the same for all: a result or an Error, within 2 s of processor time and 1
// GiB of memory. The inputs come from libFuzzer (entry.cpp) or from files (regression.cpp). Collective: no.
#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace cytoscale::fuzz {

struct Seed {
  std::string name, bytes;
};

struct Target {
  const char* name;
  std::size_t longest;                   // bytes of an input
  void (*read)(std::string_view input);  // a result, or throws Error
  std::vector<Seed> (*seeds)();  // inputs that are read without an Error, by the program's own writers
  bool hdf5 = false;             // its inputs are HDF5 files
};

// By name; throws std::invalid_argument, naming those there are.
const Target& target(const std::string& name);
const std::vector<Target>& targets();

// Reads one input. True: a result; false: an Error. Anything else is told on stderr and ends in abort().
bool accepts(const Target& target, std::string_view input);

// A file with these bytes, one at a time for each name: put it where TMPDIR says, best in memory.
std::filesystem::path scratch_file(const std::string& name, std::string_view bytes);
std::filesystem::path scratch_folder();

void read_tiff_input(std::string_view input);
void read_picture_input(std::string_view input);
void read_manifest_input(std::string_view input);
void read_table_input(std::string_view input);
void read_config_input(std::string_view input);
void read_names_input(std::string_view input);
void read_safetensors_input(std::string_view input);
void read_journal_input(std::string_view input);
void read_cells_input(std::string_view input);
void read_illumination_input(std::string_view input);
void read_crops_input(std::string_view input);
void read_embeddings_input(std::string_view input);
void read_anndata_input(std::string_view input);
void read_edited_hdf5_input(std::string_view input);

std::vector<Seed> tiff_seeds();
std::vector<Seed> picture_seeds();
std::vector<Seed> manifest_seeds();
std::vector<Seed> table_seeds();
std::vector<Seed> config_seeds();
std::vector<Seed> names_seeds();
std::vector<Seed> safetensors_seeds();
std::vector<Seed> journal_seeds();
std::vector<Seed> cells_seeds();
std::vector<Seed> illumination_seeds();
std::vector<Seed> crops_seeds();
std::vector<Seed> embeddings_seeds();
std::vector<Seed> anndata_seeds();
std::vector<Seed> hdf5_edit_seeds();

}  // namespace cytoscale::fuzz
