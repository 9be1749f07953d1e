#include "prepare/field_sizes.hpp"

#include <map>

#include "core/error.hpp"
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

std::vector<image::PictureSize> sizes_by_plate(const mpi::Communicator& comm, const screen::Screen& screen) {
  const auto block = screen::block_of(screen.fields.size(), comm.rank(), comm.size());
  std::vector<image::PictureSize> mine(block.last - block.first);
  for (std::size_t i = 0; i < mine.size(); ++i) {
    try {
      const auto info = image::inspect_tiff(screen.fields[block.first + i].images.front());
      mine[i] = {info.height, info.width};
    } catch (const Error&) {
      // Unreadable: no vote. Reading the field will say why.
    }
  }
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
