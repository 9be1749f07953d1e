// `write_seeds FOLDER`: the seeds of every target, FOLDER/TARGET/NAME; prints the targets' names and their
// inputs' greatest length.
#include <cstdio>

#include "core/system/files.hpp"
#include "target.hpp"

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: write_seeds FOLDER\n");
    return 2;
  }
  for (const auto& target : cytoscale::fuzz::targets()) {
    const auto folder = std::filesystem::path(arguments[1]) / target.name;
    for (const auto& seed : target.seeds()) cytoscale::write_file_atomically(folder / seed.name, seed.bytes);
    std::printf("%s %zu\n", target.name, target.longest);
  }
}
