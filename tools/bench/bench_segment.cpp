// bench_segment --manifest screen.csv [--fields 12] [--threads 1] [--rounds 5] [--dna-channel NAME]
// Nuclei of decoded planes, millions of pixels by second. The limit: copying the planes in memory.
#include "bench_fields.hpp"
#include "image/segment/segment_nuclei.hpp"
#include "prepare/segment_screen.hpp"

namespace cytoscale::bench {
namespace {

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  FieldBench bench;
  std::string dna;
  cli::OptionSet options;
  bench.declare(options);
  options.add("dna-channel", dna, "");
  assign(options, argc, argv);
  const auto screen = bench.screen();
  const auto channel = static_cast<int>(prepare::dna_channel(screen, dna));
  std::vector<image::Plane> planes;
  for (const auto& image : read_fields(screen)) planes.push_back(image.copy_plane(channel));
  double count = 0;
  for (const auto& plane : planes) count += static_cast<double>(plane.pixels.size());
  std::vector<std::size_t> nuclei(planes.size());
  WorkerPool pool(bench.threads);
  MemoryCopy copy(planes.size(), [&](std::size_t i) { return std::span(planes[i].pixels); });
  const auto segment = [&](std::size_t i, int) {
    nuclei[i] = image::segment_nuclei(planes[i], {}).nuclei.size();
  };
  const auto rounds = in_turn(
      comm, bench.rounds, [&] { pool.run(planes.size(), segment); }, [&] { copy.run(pool); });
  std::size_t found = 0;
  for (const auto of_field : nuclei) found += of_field;
  print(comm,
        {"segment",
         {{"fields", planes.size()}, {"Mpx", count / 1e6}, {"nuclei", found}, {"threads", bench.threads}},
         "Mpx",
         count / 1e6,
         "copying the planes in memory",
         count / 1e6,
         rounds});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
