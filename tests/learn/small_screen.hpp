// A screen of painted cells in real TIFF files: two channels, 4 treatments, 3 wells of each on 3 plates, one
// field a well, 16 cells a field on a grid. A treatment sets size and brightness of its cells.
#pragma once
#include <filesystem>

#include "learn/data/field_images.hpp"
#include "learn/data/training_plan.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"

namespace cytoscale::learn {

struct SmallScreen {
  screen::Screen screen;
  store::CellTable cells;
  screen::ColumnRoles roles;
};

inline constexpr int small_screen_px = 160;

// Images are written by rank 0. Collective: yes.
SmallScreen paint_small_screen(const std::filesystem::path& folder);
// The same without any file.
SmallScreen describe_small_screen(const std::filesystem::path& folder);

// Writes label masks of its cells, squares that nearly touch, and returns the pattern of their names.
// Collective: yes.
std::string paint_small_masks(const SmallScreen& small, const std::filesystem::path& folder);

// Its cells are its fields.
SmallScreen over_fields(SmallScreen small);

TrainingPlan small_plan(const SmallScreen& small, const SplitOptions& split = {}, std::uint64_t seed = 1);

// 32 px crops, 4 labels, what most tests train with.
TrainOptions small_training();

}  // namespace cytoscale::learn
