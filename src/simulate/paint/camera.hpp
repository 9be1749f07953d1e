// From light to gray levels: staining, bleed-through, defocus, background, shading, shot and read noise, 16
// bits.
#pragma once
#include <cstdint>
#include <vector>

#include "simulate/biology/nuisance.hpp"
#include "simulate/biology/population.hpp"

namespace cytoscale::simulate {

// planes: by channel, [side][side]. Noise is Poisson's in its normal limit (a sum of four uniforms): above 30
// photons, which background alone reaches, the difference is below the read noise.
std::vector<std::vector<std::uint16_t>> render_camera_image(const std::vector<std::vector<float>>& planes,
                                                            int side, const Optics& optics,
                                                            const FieldKey& key);

}  // namespace cytoscale::simulate
