#include "prepare/illuminate_screen.hpp"

#include <algorithm>
#include <mutex>

#include "core/error.hpp"
#include "core/progress.hpp"
#include "core/threads/dispatch.hpp"
#include "mpi/agree.hpp"
#include "prepare/field_reader.hpp"
#include "screen/plan.hpp"
#include "store/illumination_file.hpp"

namespace cytoscale::prepare {
namespace {

image::IlluminationSum empty_sum(const screen::Screen& screen, const image::PictureSize& size) {
  image::IlluminationSum sum;
  sum.channels = static_cast<int>(screen.channels.size());
  sum.height = size.height;
  sum.width = size.width;
  sum.sums.assign(
      screen.channels.size() * static_cast<std::size_t>(size.height) * static_cast<std::size_t>(size.width),
      0);
  return sum;
}

// This rank's share of a plate, then the sum over ranks. Integer sums: any order gives the same bits.
image::IlluminationSum sum_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                                 const screen::Plate& plate, const image::PictureSize& size,
                                 const FieldReader& reader, int threads) {
  const auto block = screen::block_of(plate.field_count, comm.rank(), comm.size());
  auto sum = empty_sum(screen, size);
  std::mutex guard;
  std::size_t next = block.first;
  const auto take = [&]() -> std::optional<std::size_t> {
    return next < block.last ? std::optional(plate.first_field + next++) : std::nullopt;
  };
  dispatch(threads, take, [&](std::size_t field) {
    try {
      const auto loaded = reader.read(field);
      const std::lock_guard lock(guard);
      sum.add(loaded.image);
    } catch (const Error&) {
      // segment reports it
    }
  });
  comm.all_reduce(std::span(&sum.fields, 1), mpi::Reduction::sum);
  comm.all_reduce(std::span(sum.sums), mpi::Reduction::sum);
  return sum;
}

image::Illumination flat(const image::IlluminationSum& sum) {
  return {sum.channels, sum.height, sum.width, std::vector<float>(sum.sums.size(), 1.0f)};
}

}  // namespace

void illuminate_screen(const mpi::Communicator& comm, const screen::Screen& screen,
                       const image::IlluminationOptions& options, int threads,
                       const std::filesystem::path& path, const nlohmann::json& provenance,
                       const Clock& clock, Log& log) {
  const auto plates = screen::plates_of(screen);
  const auto sizes = sizes_by_plate(comm, screen);
  const FieldReader reader(screen, sizes);
  Progress progress("illuminate", "plates", plates.size(), clock, comm.root());
  std::unique_ptr<store::IlluminationWriter> writer;
  mpi::on_root(comm, [&] { writer = std::make_unique<store::IlluminationWriter>(path, screen, provenance); });
  std::int64_t unread = 0;
  for (std::size_t p = 0; p < plates.size(); ++p) {
    const auto sum = sum_plate(comm, screen, plates[p], sizes[p], reader, threads);
    unread += static_cast<std::int64_t>(plates[p].field_count) - sum.fields;
    mpi::on_root(comm, [&] {
      if (sum.fields == 0)
        log.warning("plate " + plates[p].plate + ": no field can be read; it is not corrected");
      writer->add(plates[p].plate, sum.fields == 0 ? flat(sum) : image::make_illumination(sum, options));
    });
    progress.update(p + 1);
  }
  mpi::on_root(comm, [&] { writer->commit(); });
  progress.finish();
  if (unread > 0)
    log.info(std::to_string(unread) + " fields could not be read; segment lists them in failures.csv");
}

}  // namespace cytoscale::prepare
