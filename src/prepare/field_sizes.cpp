#include "prepare/field_sizes.hpp"

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "core/statistics.hpp"
#include "core/threads/in_order.hpp"
#include "image/io/read_image.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {

std::vector<PlateId> plate_of_field(const screen::Screen& screen) {
  std::vector<PlateId> plate(screen.fields.size());
  const auto plates = screen::plates_of(screen);
  for (PlateId p; p < plates.size(); ++p) {
    for (std::size_t i = 0; i < plates[p].field_count; ++i) plate[plates[p].first_field + i] = p;
  }
  return plate;
}

namespace {

// Nothing where it cannot be read: no vote. Reading the field will say why.
image::PictureSize size_of(const ImageFile& file) {
  try {
    const auto info = image::inspect_image(file);
    return {info.height, info.width};
  } catch (const Error&) {
    return {};
  }
}

constexpr std::size_t most_hung = 3;

std::vector<image::PictureSize> sizes_of_fields(const screen::Screen& screen, std::size_t first,
                                                std::size_t last, const HeaderReading& how) {
  // A thread that was given up may outlive the screen: its file goes with it.
  std::vector<ImageFile> files;
  for (FieldId f(first); f < last; ++f) files.push_back(screen.fields[f].images.front());
  const auto shared = std::make_shared<const std::vector<ImageFile>>(std::move(files));
  const auto found = in_order<image::PictureSize>(last - first, std::max(1, how.threads), how.timeout_s,
                                                  most_hung, [shared](std::size_t item, Claim& claim) {
                                                    const auto size = size_of((*shared)[item]);
                                                    return claim.keep() ? size : image::PictureSize();
                                                  });
  std::vector<image::PictureSize> sizes;
  for (const auto& size : found) sizes.push_back(size.value_or(image::PictureSize()));
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
    std::vector<image::PictureSize> votes;
    for (std::size_t i = 0; i < plate.field_count; ++i) {
      const auto& size = all[plate.first_field + i];
      if (size.height > 0) votes.push_back(size);
    }
    sizes.push_back(votes.empty() ? image::PictureSize() : most_frequent(votes));
  }
  return sizes;
}

}  // namespace cytoscale::prepare
