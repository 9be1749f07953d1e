#include "learn/data/picture_statistics.hpp"

#include <cmath>

#include "core/error.hpp"
#include "learn/augment/augment.hpp"
#include "mpi/agree.hpp"
#include "screen/plan.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::size_t most_pictures = 20000;
constexpr double fixed_point = 1024;  // of a mean image's sums: exact in any order

std::vector<const TrainingCell*> some_cells(const TrainingPlan& plan) {
  std::vector<const TrainingCell*> all, some;
  for (const auto& well : plan.wells)
    for (const auto& cell : well.cells)
      if (!well.validation) all.push_back(&cell);
  if (!plan.field_sizes.empty() || all.size() <= most_pictures) return all;
  for (std::size_t i = 0; i < most_pictures; ++i) some.push_back(all[i * all.size() / most_pictures]);
  return some;
}

struct Sums {
  std::vector<double> moments;       // [pictures][channels]: mean, then mean square
  std::vector<std::int64_t> pixels;  // [C][h][w], of a mean image
};

// One rank's pictures.
Sums sums_of(const std::vector<const TrainingCell*>& cells, const screen::Block& mine, std::size_t channels,
             const CellImages& images, image::PictureSize size, bool mean_image) {
  Sums sums;
  sums.moments.resize(cells.size() * channels * 2);
  std::vector<float> picture(channels * size.pixels());
  if (mean_image) sums.pixels.resize(picture.size());
  for (auto i = mine.first; i < mine.last; ++i) {
    images.cut(*cells[i], Warp{}, size, picture);
    for (std::size_t c = 0; c < channels; ++c) {
      double sum = 0, squares = 0;
      for (std::size_t p = c * size.pixels(); p < (c + 1) * size.pixels(); ++p) {
        const double value = picture[p];
        sum += value, squares += value * value;
        if (mean_image) sums.pixels[p] += std::llround(value * fixed_point);
      }
      auto* place = sums.moments.data() + (i * channels + c) * 2;
      place[0] = sum / static_cast<double>(size.pixels());
      place[1] = squares / static_cast<double>(size.pixels());
    }
  }
  return sums;
}

}  // namespace

image::PictureStatistics picture_statistics(const mpi::Communicator& comm, const TrainingPlan& plan,
                                            const CellImages& images, image::PictureSize size,
                                            image::CropNormalization how) {
  const auto cells = some_cells(plan);
  const auto channels = plan.channels.size();
  const bool mean_image = how == image::CropNormalization::mean_image;
  Sums sums;
  mpi::together(comm, [&] {
    sums = sums_of(cells, screen::block_of(cells.size(), comm.rank(), comm.size()), channels, images, size,
                   mean_image);
  });
  comm.all_reduce(std::span(sums.moments),
                  mpi::Reduction::sum);  // each value is one rank's: nothing is rounded
  if (mean_image) comm.all_reduce(std::span(sums.pixels), mpi::Reduction::sum);
  image::PictureStatistics statistics;
  const auto count = static_cast<double>(cells.size());
  for (std::size_t c = 0; c < channels; ++c) {
    double mean = 0, square = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      mean += sums.moments[(i * channels + c) * 2] / count;
      square += sums.moments[(i * channels + c) * 2 + 1] / count;
    }
    const double sd = std::sqrt(std::max(0.0, square - mean * mean));
    if (!(sd > 0))
      throw Error("all training pictures are flat in channel " + plan.channels[c],
                  "option --crop-normalization", "Leave the channel out with --channels");
    statistics.mean.push_back(static_cast<float>(mean));
    statistics.sd.push_back(static_cast<float>(sd));
  }
  if (!mean_image) return statistics;
  statistics.size = size;
  statistics.mean.clear();
  for (const auto sum : sums.pixels)
    statistics.mean.push_back(static_cast<float>(static_cast<double>(sum) / fixed_point / count));
  return statistics;
}

image::Rescaling training_rescaling(const mpi::Communicator& comm, const TrainingPlan& plan,
                                    const CellImages& images, const TrainOptions& options,
                                    image::PictureSize size) {
  const auto how = options.crop_normalization;
  if (!image::needs_statistics(how)) return how;
  return {how, picture_statistics(comm, plan, images, size, how)};
}

}  // namespace cytoscale::learn
