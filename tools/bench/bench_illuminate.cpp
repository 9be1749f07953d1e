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
  const auto screen = bench.screen();
  const auto channels = screen.channels.size();
  std::vector<image::Plane> planes;  // [field][channel]
  for (const auto& image : read_fields(screen))
    for (int c = 0; c < image.channels; ++c) planes.push_back(image.copy_plane(c));
  double count = 0;
  for (const auto& plane : planes) count += static_cast<double>(plane.pixels.size());
  WorkerPool pool(1);
  MemoryCopy copy(planes.size(), [&](std::size_t i) { return std::span(planes[i].pixels); });
  const SteadyClock clock;
  std::vector<double> smoothing_s;
  const auto illuminate = [&] {
    image::IlluminationSum sum(static_cast<int>(channels), {planes[0].height, planes[0].width}, {});
    for (std::size_t i = 0; i < planes.size(); ++i) sum.add(static_cast<int>(i % channels), planes[i]);
    sum.fields = static_cast<std::int64_t>(planes.size() / channels);
    const double begun_s = clock.now_s();
    image::make_illumination(sum, {});
    smoothing_s.push_back(clock.now_s() - begun_s);
  };
  const auto rounds = in_turn(comm, bench.rounds, illuminate, [&] { copy.run(pool); });
  print(comm,
        {"illuminate",
         {{"fields", screen.fields.size()}, {"channels", channels}, {"Mpx", count / 1e6}},
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
