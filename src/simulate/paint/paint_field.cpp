#include "simulate/paint/paint_field.hpp"

#include <cmath>

#include "core/error.hpp"
#include "core/random.hpp"
#include "simulate/paint/canvas.hpp"
#include "simulate/paint/paint.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t { figure_stream = 501, channel_stream = 502, debris_stream = 503 };

using Painter = void (*)(const PaintContext&, PlaneSpan, Random&);
struct ChannelPainter {
  const char* name;
  Painter paint;
};
constexpr ChannelPainter painters[] = {
    {"DNA", paint_dna}, {"Tubulin", paint_tubulin}, {"Actin", paint_actin}, {"RNA", paint_rna},
    {"ER", paint_er},   {"AGP", paint_agp},         {"Mito", paint_mito},   {"GFP", paint_protein}};

// Its place in the list names the random stream: a channel looks the same whichever others are imaged.
std::uint64_t painter_of(const std::string& channel) {
  for (std::uint64_t p = 0; p < std::size(painters); ++p)
    if (channel == painters[p].name) return p;
  throw Error("names the channel '" + channel + "', which cannot be simulated", "--channels");
}

}  // namespace

PaintedField paint_field(const SimulateSettings& settings, const Effect& effect,
                         const std::vector<Cell>& cells, const FieldKey& key, const NoiseTile& noise) {
  const auto& imaging = settings.imaging;
  const int side = imaging.field_px;
  const auto unit_px = static_cast<float>(imaging.nucleus_radius_px);
  Canvas canvas(side);
  std::vector<CellGeometry> figures;
  figures.reserve(cells.size());
  for (const Cell& cell : cells) {
    Random random(key.seed, {figure_stream, key.plate, key.position, key.site, cell.number});
    figures.push_back(make_cell_geometry(cell, imaging.nucleus_radius_px, random));
    canvas.claim(figures.back(), static_cast<int>(figures.size()) - 1);
  }
  std::vector<std::vector<float>> planes(imaging.channels.size(),
                                         std::vector<float>(canvas.owner.size(), 0.0f));
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const CellGeometry& figure = figures[i];
    const auto pixels = canvas.pixels_of(figure, static_cast<int>(i));
    if (pixels.empty()) continue;
    for (std::size_t c = 0; c < planes.size(); ++c) {
      const std::uint64_t painter = painter_of(imaging.channels[c]);
      Random random(key.seed,
                    {channel_stream, key.plate, key.position, key.site, figure.cell.number, painter});
      const auto noise_y = static_cast<float>(random.uniform(0, 64)),
                 noise_x = static_cast<float>(random.uniform(0, 64));
      const auto stain = static_cast<float>(std::exp(settings.nuisance.cell_stain * random.normal()));
      const PaintContext brush{
          figure, static_cast<int>(i), canvas, pixels, noise, noise_y, noise_x, unit_px, stain, &effect};
      painters[painter].paint(brush, planes[c], random);
    }
  }
  Random debris(key.seed, {debris_stream, key.plate, key.position, key.site});
  paint_debris(planes, side, unit_px,
               0.1 * settings.nuisance_scale() * settings.nuisance.debris * imaging.cells_per_field, noise,
               debris);
  return {std::move(planes), std::move(canvas.owner)};
}

}  // namespace cytoscale::simulate
