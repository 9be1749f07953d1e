// A small screen with real TIFF files whose pixels a formula tells, and its cells, some at the fields' edges.
#pragma once
#include <filesystem>
#include <vector>

#include "image/io/tiff.hpp"
#include "mpi/agree.hpp"
#include "screen/screen.hpp"
#include "store/cell_table.hpp"
#include "test_support.hpp"

namespace cytoscale::prepare {

inline constexpr int field_px = 48, test_crop_px = 16;

inline std::uint16_t pixel_of(FieldId field, std::size_t channel, int y, int x) {
  const auto value = 100 * (channel + 1) + 37 * field + static_cast<std::size_t>(y * 7 + x * 13 + y * x);
  return static_cast<std::uint16_t>(value % 4096);
}

// Plates × wells × 2 sites; every rank gets the screen, root writes the images. Collective: yes.
inline screen::Screen screen_with_images(const std::filesystem::path& folder, std::size_t plates,
                                         std::size_t wells) {
  screen::Screen screen;
  screen.channels = {"DNA", "Actin"};
  screen.metadata_columns = {"Metadata_Plate", "Metadata_Well", "Metadata_Site", "Metadata_Compound"};
  for (std::size_t i = 0; i < plates * wells * 2; ++i) {
    screen::Field field{"P" + std::to_string(i / (wells * 2) + 1),
                        "A0" + std::to_string(i / 2 % wells + 1),
                        std::to_string(i % 2 + 1),
                        {},
                        {}};
    field.metadata = {field.plate, field.well, field.site, i / 2 % wells == 0 ? "DMSO" : "taxol"};
    for (const auto& channel : screen.channels)
      field.images.push_back({folder / (std::to_string(i) + channel + ".tif"), 0});
    screen.fields.push_back(field);
  }
  mpi::on_root(world(), [&] {
    for (FieldId f; f < screen.fields.size(); ++f) {
      for (std::size_t c = 0; c < 2; ++c) {
        std::vector<std::uint16_t> pixels;
        for (int i = 0; i < field_px * field_px; ++i)
          pixels.push_back(pixel_of(f, c, i / field_px, i % field_px));
        image::write_tiff(screen.fields[f].images[c].path, field_px, field_px, pixels);
      }
    }
  });
  return screen;
}

// Field f has 3 + (5 f mod 9) cells; field 2 has none.
inline store::CellTable cells_for(const screen::Screen& screen) {
  store::CellTable cells;
  cells.channels = screen.channels;
  cells.first_cell = {0};
  for (FieldId f; f < screen.fields.size(); ++f) {
    const std::size_t count = f == 2 ? 0 : 3 + 5 * f % 9;
    for (std::size_t i = 0; i < count; ++i) {
      cells.y.push_back(static_cast<float>(4 * i) + 0.5f);
      cells.x.push_back(static_cast<float>(11 * i % field_px));
      cells.area_px.push_back(50);
      cells.mean_intensity.push_back(100);
      cells.eccentricity.push_back(0.5);
      cells.border.push_back(0);
    }
    cells.first_cell.push_back(cells.first_cell.back() + static_cast<std::int64_t>(count));
    cells.failed.push_back(0);
    cells.height.push_back(field_px);
    cells.width.push_back(field_px);
  }
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

// Names of the masks of cells_in_masks().
inline std::string masks_in(const std::filesystem::path& folder) {
  return (folder / "mask_{Plate}_{Well}_{Site}.tif").string();
}

// The cell that a pixel of the masks is of: squares of 11 px that nearly touch; 0: none.
inline std::uint16_t mask_at(int y, int x) {
  const int side = 12;
  if (y % side == 0 || x % side == 0) return 0;
  return static_cast<std::uint16_t>(900 - (y / side * (field_px / side) + x / side));
}

// Cells of label masks, which root writes: every third was dropped. Collective: yes.
inline store::CellTable cells_in_masks(const screen::Screen& screen, const std::filesystem::path& folder) {
  std::vector<std::uint16_t> mask;
  for (int i = 0; i < field_px * field_px; ++i) mask.push_back(mask_at(i / field_px, i % field_px));
  mpi::on_root(world(), [&] {
    for (FieldId f; f < screen.fields.size(); ++f)
      image::write_tiff(screen.fill(masks_in(folder), f), field_px, field_px, mask);
  });
  store::CellTable cells;
  cells.channels = screen.channels;
  cells.first_cell = {0};
  for (FieldId f; f < screen.fields.size(); ++f) {
    for (int i = 0; i < 16; ++i) {
      if (i % 3 == 2) continue;
      cells.y.push_back(static_cast<float>(i / 4 * 12 + 6));
      cells.x.push_back(static_cast<float>(i % 4 * 12 + 6));
    }
    cells.first_cell.push_back(static_cast<std::int64_t>(cells.y.size()));
    cells.failed.push_back(0);
    cells.height.push_back(field_px);
    cells.width.push_back(field_px);
  }
  cells.area_px = cells.mean_intensity = cells.eccentricity = std::vector<float>(cells.y.size(), 121);
  cells.border.assign(cells.y.size(), 0);
  cells.screen_fingerprint = screen.fingerprint();
  return cells;
}

}  // namespace cytoscale::prepare
