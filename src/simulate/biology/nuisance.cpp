#include "simulate/biology/nuisance.hpp"

#include <algorithm>
#include <cmath>

#include "core/random.hpp"

namespace cytoscale::simulate {
namespace {

enum Stream : std::uint64_t {
  culture_stream = 201,
  gain_stream = 202,
  background_stream = 203,
  camera_stream = 204,
  bleed_stream = 205,
  shading_stream = 206,
  focus_stream = 207,
  drift_stream = 208
};
enum Level : std::uint64_t { campaign_level, batch_level, plate_level, well_level, field_level };

std::uint64_t position(const Design& design, const DesignWell& well) {
  return static_cast<std::uint64_t>(well.row * design.plate_columns + well.column);
}

// One generator for each level of the hierarchy that holds the well.
struct Levels {
  Random campaign, batch, plate, well;
  Levels(std::uint64_t seed, Stream stream, const Design& design, const DesignWell& w)
      : campaign(seed, {stream, campaign_level, static_cast<std::uint64_t>(design.campaign_of(w.batch))}),
        batch(seed, {stream, batch_level, static_cast<std::uint64_t>(w.batch)}),
        plate(seed, {stream, plate_level, static_cast<std::uint64_t>(w.plate)}),
        well(seed, {stream, well_level, static_cast<std::uint64_t>(w.plate), position(design, w)}) {}
  // Of unit variance, half of it shared by the campaign.
  double period() { return std::sqrt(0.5) * campaign.normal() + std::sqrt(0.5) * batch.normal(); }
};

// 1 in the outermost wells, a half in the next ring, 0 inside.
double edge_exposure(const Design& design, const DesignWell& well) {
  const int ring = std::min(
      {well.row, well.column, design.plate_rows - 1 - well.row, design.plate_columns - 1 - well.column});
  return ring == 0 ? 1 : ring == 1 ? 0.5 : 0;
}

void draw_gains(Optics& optics, const SimulateSettings& s, const Design& design, const DesignWell& well) {
  const auto& n = s.nuisance;
  const double scale = s.nuisance_scale();
  Levels draw(s.seed, gain_stream, design, well);
  Random drift(s.seed, {drift_stream, static_cast<std::uint64_t>(well.plate)});
  const double order =
      static_cast<double>(position(design, well)) / (design.plate_rows * design.plate_columns) - 0.5;
  for (double& gain : optics.gain) {
    const double log_gain = n.batch_gain * draw.period() + n.plate_gain * draw.plate.normal() +
                            n.well_gain * draw.well.normal() + n.stain_drift * drift.normal() * order +
                            0.2 * n.position_effect * edge_exposure(design, well);
    gain = std::exp(scale * log_gain);
  }
}

void draw_backgrounds(Optics& optics, const SimulateSettings& s, const Design& design,
                      const DesignWell& well) {
  constexpr double typical = 0.06;
  const double sd = s.nuisance.background * s.nuisance_scale();
  Levels draw(s.seed, background_stream, design, well);
  for (double& background : optics.background)
    background =
        typical * std::exp(sd * (draw.period() + 0.3 * draw.plate.normal() + 0.2 * draw.well.normal()));
}

void draw_shading(Optics& optics, const SimulateSettings& s, const Design& design, const DesignWell& well) {
  const double loss = s.nuisance.vignetting * s.nuisance_scale();
  Levels draw(s.seed, shading_stream, design, well);
  for (Shading& shading : optics.shading) {
    shading.center_y = 0.3 * draw.period();
    shading.center_x = 0.3 * draw.period();
    shading.loss = std::min(0.9, loss * draw.batch.uniform(0.5, 1.5));
    shading.tilt_y = 0.3 * loss * draw.period();
    shading.tilt_x = 0.3 * loss * draw.period();
  }
}

void draw_focus(Optics& optics, const SimulateSettings& s, const Design& design, const DesignWell& well,
                int site) {
  const double sharp_px = 0.09 * s.imaging.nucleus_radius_px;  // an objective matched to the pixel
  const double sd = s.nuisance.focus_blur * s.nuisance_scale();
  Levels draw(s.seed, focus_stream, design, well);
  Random field(s.seed, {focus_stream, field_level, static_cast<std::uint64_t>(well.plate),
                        position(design, well), static_cast<std::uint64_t>(site)});
  const double shared = 0.5 * draw.plate.normal() + draw.well.normal() + 0.7 * field.normal();
  for (double& blur : optics.blur_px) {
    const double defocus = sd * (draw.period() + shared);
    blur = sharp_px * std::sqrt(1 + 4 * defocus * defocus);
  }
}

}  // namespace

Culture culture_of(const SimulateSettings& s, const Design& design, const DesignWell& well) {
  const double scale = s.nuisance_scale();
  Culture culture;
  Levels draw(s.seed, culture_stream, design, well);
  for (double& shift : culture.baseline) shift = scale * s.nuisance.culture_drift * draw.period();
  for (double& factor : culture.response)
    factor = std::exp(scale * s.nuisance.response_drift * draw.period());
  const double edge = scale * s.nuisance.position_effect * edge_exposure(design, well);
  culture.baseline[index_of(Trait::density)] += scale * s.nuisance.well_density * draw.well.normal() - edge;
  culture.baseline[index_of(Trait::cell_area)] += scale * 0.15 * draw.well.normal() + 0.5 * edge;
  return culture;
}

Optics optics_of(const SimulateSettings& s, const Design& design, const DesignWell& well, int site) {
  const std::size_t channels = s.imaging.channels.size();
  Optics optics;
  optics.gain.resize(channels);
  optics.background.resize(channels);
  optics.blur_px.resize(channels);
  optics.shading.resize(channels);
  optics.bleed.assign(channels * channels, 0);
  draw_gains(optics, s, design, well);
  draw_backgrounds(optics, s, design, well);
  draw_shading(optics, s, design, well);
  draw_focus(optics, s, design, well, site);
  Levels draw(s.seed, bleed_stream, design, well);
  for (std::size_t to = 0; to < channels; ++to)
    for (std::size_t from = 0; from < channels; ++from) {
      const double share =
          s.nuisance_scale() * s.nuisance.bleed_through * (draw.campaign.uniform() + draw.batch.uniform());
      if (to + 1 == from || from + 1 == to) optics.bleed[to * channels + from] = share;
    }
  Random camera(s.seed, {camera_stream, static_cast<std::uint64_t>(well.batch)});
  optics.offset = std::max(50.0, 300 + s.nuisance_scale() * s.nuisance.camera_offset * camera.normal());
  optics.photons = s.nuisance.photons;
  optics.read_noise = s.nuisance.read_noise;
  return optics;
}

}  // namespace cytoscale::simulate
