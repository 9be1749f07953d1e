// make_embeddings FILE [CELLS] [FEATURES] [PLATES]: an embeddings.h5ad of that many cells (2,000,000),
// features (256) and plates of 96 wells (20), of made_screen.hpp, to measure `reduce` and what reads such
// files. Values are random. Prints a line of JSON.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "core/error.hpp"
#include "core/random.hpp"
#include "hdf5/library.hpp"
#include "made_screen.hpp"
#include "mpi/session.hpp"
#include "store/rows/embedding_file.hpp"

namespace cytoscale {
namespace {

void make(const mpi::Communicator& comm, const std::filesystem::path& path, std::int64_t count,
          std::size_t features, int plates) {
  const auto begun = std::chrono::steady_clock::now();
  const auto screen = bench::screen_of_wells(plates);
  const auto cells = bench::cells_in(screen, count);
  store::EmbeddingLayout layout;
  for (std::size_t i = 0; i < features; ++i)
    layout.feature_names.push_back("net_conv4a_" + std::to_string(i));
  layout.feature_layers.assign(features, "conv4a");
  layout.provenance = {{"job", "embed"}};
  store::EmbeddingWriter writer(comm, path, screen, cells, layout);
  std::vector<float> rows;
  for (FieldId field; field < screen.fields.size(); ++field) {
    Random random(1, {static_cast<std::uint64_t>(field)});
    rows.resize(static_cast<std::size_t>(cells.cells_of(field)) * features);
    for (auto& value : rows) value = static_cast<float>(random.uniform());
    writer.write(field, rows);
  }
  writer.close();
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begun;
  std::printf("{\"cells\": %lld, \"features\": %zu, \"bytes\": %llu, \"seconds\": %.2f}\n",
              static_cast<long long>(count), features,
              static_cast<unsigned long long>(std::filesystem::file_size(path)), seconds.count());
}

}  // namespace
}  // namespace cytoscale

int main(int argc, char** argv) {
  cytoscale::hdf5::start_library();
  cytoscale::mpi::MpiSession session(argc, argv);
  if (argc < 2) {
    std::fprintf(stderr, "usage: make_embeddings FILE [CELLS] [FEATURES] [PLATES]\n");
    return 2;
  }
  try {
    cytoscale::make(session.world(), argv[1], argc > 2 ? std::atoll(argv[2]) : 2'000'000,
                    argc > 3 ? static_cast<std::size_t>(std::atoll(argv[3])) : 256,
                    argc > 4 ? std::atoi(argv[4]) : 20);
    return 0;
  } catch (const cytoscale::Error& error) {
    std::fprintf(stderr, "make_embeddings: %s\n", error.what());
    return 2;
  }
}
