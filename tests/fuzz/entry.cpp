// libFuzzer's way in: `fuzz_readers --target=NAME [libFuzzer's options] CORPUS`. libFuzzer itself ignores
// options that begin with two dashes.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <stdexcept>

#include "hdf5_mutation.hpp"
#include "target.hpp"

namespace {
const cytoscale::fuzz::Target* chosen = nullptr;
}

extern "C" int LLVMFuzzerInitialize(int* count, char*** arguments) {
  constexpr const char* option = "--target=";
  for (int i = 1; i < *count; ++i) {
    const char* argument = (*arguments)[i];
    if (std::strncmp(argument, option, std::strlen(option)) != 0) continue;
    try {
      chosen = &cytoscale::fuzz::target(argument + std::strlen(option));
    } catch (const std::invalid_argument& error) {
      std::fprintf(stderr, "%s\n", error.what());
      std::exit(2);
    }
  }
  if (chosen == nullptr) {
    std::fprintf(stderr, "say what to read with --target=NAME\n");
    std::exit(2);
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  cytoscale::fuzz::accepts(*chosen, {reinterpret_cast<const char*>(data), size});
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t longest,
                                               unsigned seed) {
  return chosen->hdf5 ? cytoscale::fuzz::mutate_hdf5(data, size, longest, seed)
                      : LLVMFuzzerMutate(data, size, longest);
}
