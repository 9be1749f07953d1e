#include "small_screen.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/random.hpp"
#include "image/io/tiff.hpp"
#include "test_support.hpp"

namespace cytoscale::learn {
namespace {

constexpr int treatments = 4, replicates = 3, grid = 4;

float center(int k) {
  return 20.0f + 40.0f * static_cast<float>(k);
}

std::vector<std::uint16_t> paint(int treatment, int replicate, int channel) {
  std::vector<double> plane(small_screen_px * small_screen_px, 100);
  Random random(17, {static_cast<std::uint64_t>(treatment), static_cast<std::uint64_t>(replicate),
                     static_cast<std::uint64_t>(channel)});
  for (int cell = 0; cell < grid * grid; ++cell) {
    const double y = center(cell / grid), x = center(cell % grid), stretch = random.uniform(0.9, 1.1);
    const double sy = (4 + 2 * (treatment % 2)) * stretch,
                 sx = (4 + 3 * (treatment / 2)) * (channel ? 1.5 : 1.0);
    for (int i = 0; i < small_screen_px; ++i)
      for (int j = 0; j < small_screen_px; ++j)
        plane[static_cast<std::size_t>(i * small_screen_px + j)] +=
            2000 * std::exp(-0.5 * ((i - y) * (i - y) / (sy * sy) + (j - x) * (j - x) / (sx * sx)));
  }
  std::vector<std::uint16_t> pixels;
  for (const double value : plane)
    pixels.push_back(static_cast<std::uint16_t>(value + 5 * std::abs(random.normal())));
  return pixels;
}

}  // namespace

SmallScreen describe_small_screen(const std::filesystem::path& folder) {
  SmallScreen small;
  auto& screen = small.screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate",    "Metadata_Well",    "Metadata_Site",
                             "Metadata_Compound", "Metadata_Control", "Metadata_Replicate"};
  for (int replicate = 0; replicate < replicates; ++replicate)
    for (int treatment = 0; treatment < treatments; ++treatment) {
      const std::string plate = "P" + std::to_string(replicate + 1),
                        well = "A0" + std::to_string(treatment + 1);
      const std::string compound = treatment == 0 ? "DMSO" : "drug" + std::to_string(treatment);
      screen::Field field{
          plate,
          well,
          "1",
          {plate, well, "1", compound, treatment == 0 ? "negcon" : "", std::to_string(replicate + 1)},
          {}};
      for (const auto& channel : screen.channels)
        field.images.push_back({folder / (plate + well + channel + ".tif"), 0});
      screen.fields.push_back(std::move(field));
    }
  screen::order_fields(screen);
  auto& cells = small.cells;
  cells.channels = screen.channels;
  cells.first_cell = {0};
  for (std::size_t f = 0; f < screen.fields.size(); ++f) {
    for (int cell = 0; cell < grid * grid; ++cell) {
      cells.y.push_back(center(cell / grid));
      cells.x.push_back(center(cell % grid));
    }
    cells.first_cell.push_back(static_cast<std::int64_t>(cells.y.size()));
    cells.failed.push_back(0);
    cells.height.push_back(small_screen_px);
    cells.width.push_back(small_screen_px);
  }
  cells.screen_fingerprint = screen.fingerprint();
  small.roles.treatment = {"Metadata_Compound"};
  return small;
}

SmallScreen paint_small_screen(const std::filesystem::path& folder) {
  auto small = describe_small_screen(folder);
  if (world().root())
    for (std::size_t f = 0; f < small.screen.fields.size(); ++f)
      for (std::size_t c = 0; c < 2; ++c)
        image::write_tiff(
            small.screen.fields[f].images[c].path, small_screen_px, small_screen_px,
            paint(static_cast<int>(f % treatments), static_cast<int>(f / treatments), static_cast<int>(c)));
  world().barrier();
  return small;
}

std::string paint_small_masks(const SmallScreen& small, const std::filesystem::path& folder) {
  const auto pattern = (folder / "{Plate}{Well}mask.tif").string();
  std::vector<std::uint16_t> labels;
  for (int i = 0; i < small_screen_px * small_screen_px; ++i) {
    const int y = i / small_screen_px, x = i % small_screen_px;
    labels.push_back(y % 40 == 0 || x % 40 == 0 ? 0 : static_cast<std::uint16_t>(1 + y / 40 * grid + x / 40));
  }
  if (world().root())
    for (FieldId f; f < small.screen.fields.size(); ++f)
      image::write_tiff(small.screen.fill(pattern, f), small_screen_px, small_screen_px, labels);
  world().barrier();
  return pattern;
}

SmallScreen over_fields(SmallScreen small) {
  auto& cells = small.cells;
  const std::vector<float> middles(small.screen.fields.size(), small_screen_px / 2);
  cells.y = cells.x = middles;
  std::vector<std::int64_t> first(middles.size() + 1);
  std::iota(first.begin(), first.end(), 0);
  cells.first_cell = first;
  return small;
}

TrainingPlan small_plan(const SmallScreen& small, const SplitOptions& split, std::uint64_t seed) {
  TrainOptions options;
  options.split = split;
  options.seed = seed;
  return plan_training(small.screen, small.cells, small.roles, options);
}

TrainOptions small_training() {
  TrainOptions options;
  options.crop_px = 32;
  options.seed = 3;
  options.batch_size = 16;
  options.steps = 20;
  options.threads = 1;
  options.device = test_device();
  options.checkpoint_every = 1000;
  options.validate_every = 1000;
  return options;
}

}  // namespace cytoscale::learn
