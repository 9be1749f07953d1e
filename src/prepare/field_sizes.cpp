#include "prepare/field_sizes.hpp"

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/threads/task_queue.hpp"
#include "image/io/tiff.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {

std::vector<std::size_t> plate_of_field(const screen::Screen& screen) {
  std::vector<std::size_t> plate(screen.fields.size());
  const auto plates = screen::plates_of(screen);
  for (std::size_t p = 0; p < plates.size(); ++p) {
    for (std::size_t i = 0; i < plates[p].field_count; ++i) plate[plates[p].first_field + i] = p;
  }
  return plate;
}

namespace {

// Nothing where it cannot be read: no vote. Reading the field will say why.
image::PictureSize size_of(const ImageFile& file) {
  try {
    const auto info = image::inspect_tiff(file);
    return {info.height, info.width};
  } catch (const Error&) {
    return {};
  }
}

std::vector<image::PictureSize> sizes_of_fields(const screen::Screen& screen, std::size_t first,
                                                std::size_t last, const HeaderReading& how) {
  constexpr std::size_t ahead = 4;
  constexpr int most_hung = 3;
  std::vector<image::PictureSize> sizes(last - first);
  const int threads = std::max(1, how.threads);
  TaskQueue<image::PictureSize> queue(threads);
  int hung = 0;
  for (std::size_t asked = first, taken = first; taken < last && hung < most_hung; ++taken) {
    for (; asked < last && asked < taken + ahead * static_cast<std::size_t>(threads); ++asked)
      queue.ask([file = screen.fields[asked].images.front()](Claim& claim) {
        const auto size = size_of(file);
        return claim.keep() ? size : image::PictureSize();
      });
    const auto size = queue.take([] {}, how.timeout_s);
    hung += !size;
    sizes[taken - first] = size.value_or(image::PictureSize());
  }
  return sizes;
}

}  // namespace

std::vector<image::PictureSize> sizes_by_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                                               const HeaderReading& how) {
  const auto block = screen::block_of(screen.fields.size(), comm.rank(), comm.size());
  const auto mine = sizes_of_fields(screen, block.first, block.last, how);
  const auto all = comm.gather_all(std::span<const image::PictureSize>(mine));
  std::vector<image::PictureSize> sizes;
  for (const auto& plate : screen::plates_of(screen)) {
    std::map<image::PictureSize, int> votes;
    for (std::size_t i = 0; i < plate.field_count; ++i) {
      const auto& size = all[plate.first_field + i];
      if (size.height > 0) ++votes[size];
    }
    image::PictureSize winner;
    int most = 0;
    for (const auto& [size, count] : votes) {
      if (count > most) winner = size, most = count;
    }
    sizes.push_back(winner);
  }
  return sizes;
}

}  // namespace cytoscale::prepare
