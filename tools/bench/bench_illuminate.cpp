// bench_illuminate --manifest screen.csv [--fields 12] [--rounds 5]
// The gain of decoded fields, taken for one plate: the sum over fields, which one thread makes at a time, and
// its smoothing. Millions of pixels by second; the limit: copying the fields in memory.
#include "bench_fields.hpp"
#include "image/illumination.hpp"

namespace cytoscale::bench {
namespace {

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  FieldBench bench;
  cli::OptionSet options;
  bench.declare(options);
  assign(options, argc, argv);
  const auto images = read_fields(bench.screen());
  double count = 0;
  for (const auto& image : images) count += static_cast<double>(image.pixels.size());
  WorkerPool pool(1);
  MemoryCopy copy(images.size(), [&](std::size_t i) { return std::span(images[i].pixels); });
  const SteadyClock clock;
  std::vector<double> smoothing_s;
  const auto illuminate = [&] {
    image::IlluminationSum sum;
    for (const auto& image : images) sum.add(image);
    const double begun_s = clock.now_s();
    image::make_illumination(sum, {});
    smoothing_s.push_back(clock.now_s() - begun_s);
  };
  const auto rounds = in_turn(comm, bench.rounds, illuminate, [&] { copy.run(pool); });
  print(comm,
        {"illuminate",
         {{"fields", images.size()}, {"channels", images.front().channels}, {"Mpx", count / 1e6}},
         "Mpx",
         count / 1e6,
         "copying the fields in memory",
         count / 1e6,
         rounds},
        {{"smoothing_seconds", figure(median_of(smoothing_s))}});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
