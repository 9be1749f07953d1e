// bench_crop --manifest screen.csv --output DIR [--crop-size 128] [--fields 12] [--threads 1] [--rounds 5]
// DIR has cells.h5. Crops of decoded fields as `embed` cuts and rescales them, cells by second. The limit:
// copying as many bytes in memory.
#include "bench_fields.hpp"
#include "embed/crop_field.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::bench {
namespace {

void measure(const mpi::Communicator& comm, int argc, char** argv) {
  FieldBench bench;
  std::filesystem::path output = ".";
  int crop_px = 128;
  cli::OptionSet options;
  bench.declare(options);
  settings::declare_output(options, output);
  options.add("crop-size", crop_px, "");
  assign(options, argc, argv);
  const auto path = output / "cells.h5";
  const auto cells = store::read_cell_table(path);
  store::check_cells_match(cells, screen::read_manifest(bench.manifest), path);
  const auto images = read_fields(bench.screen());
  const embed::CropSettings settings{crop_px, {}};
  std::vector<std::vector<float>> crops(images.size());
  double count = 0;
  for (std::size_t i = 0; i < images.size(); ++i) count += static_cast<double>(cells.cells_of(FieldId(i)));
  const double bytes =
      count * images.front().channels * static_cast<double>(settings.size.pixels() * sizeof(float));
  const auto cut = [&](std::size_t i, int) {
    crops[i] = embed::crop_field(images[i], cells, FieldId(i), settings);
  };
  WorkerPool pool(bench.threads);
  MemoryCopy copy(images.size(), [&](std::size_t i) { return std::span(crops[i]); });
  const auto rounds = in_turn(
      comm, bench.rounds, [&] { pool.run(images.size(), cut); }, [&] { copy.run(pool); });
  print(comm, {"crop",
               {{"fields", images.size()},
                {"cells", count},
                {"channels", images.front().channels},
                {"crop_px", crop_px},
                {"crops_MB", bytes / 1e6},
                {"threads", bench.threads}},
               "cells",
               count,
               "copying the crops in memory",
               count,
               rounds});
}

}  // namespace
}  // namespace cytoscale::bench

int main(int argc, char** argv) {
  return cytoscale::bench::guarded(argc, argv, cytoscale::bench::measure);
}
