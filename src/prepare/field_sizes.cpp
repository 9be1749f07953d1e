#include "prepare/field_sizes.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "core/error.hpp"
#include "core/threads/in_order.hpp"
#include "image/io/read_image.hpp"
#include "screen/plan.hpp"

namespace cytoscale::prepare {

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
  for (FieldId f(first); f < last; ++f) files.push_back(screen.fields.images().front()[f]);
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

namespace {

// So many of a rank's fields of a plate have this size.
struct Votes {
  std::int64_t plate;
  std::int32_t height, width;
  std::int64_t count;
};

}  // namespace

std::vector<image::PictureSize> sizes_by_plate(const mpi::Communicator& comm, const screen::Screen& screen,
                                               const HeaderReading& how) {
  const auto block = screen::block_of(screen.fields.size(), comm.rank(), comm.size());
  const auto sizes = sizes_of_fields(screen, block.first, block.last, how);
  const screen::PlateIndex plate(screen);
  std::map<std::pair<std::size_t, image::PictureSize>, std::int64_t> votes;
  for (std::size_t i = 0; i < sizes.size(); ++i)
    if (sizes[i].height > 0) ++votes[{plate[block.first + i], sizes[i]}];
  std::vector<Votes> mine;
  for (const auto& [of, count] : votes)
    mine.push_back({static_cast<std::int64_t>(of.first), of.second.height, of.second.width, count});
  votes.clear();
  for (const auto& vote : comm.gather_all<Votes>(mine))
    votes[{static_cast<std::size_t>(vote.plate), {vote.height, vote.width}}] += vote.count;
  // The size that most have; of several the least.
  std::vector<image::PictureSize> most(plate.plates());
  std::vector<std::int64_t> best(plate.plates(), 0);
  for (const auto& [of, count] : votes)
    if (count > best[of.first]) best[of.first] = count, most[of.first] = of.second;
  return most;
}

}  // namespace cytoscale::prepare
