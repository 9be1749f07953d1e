// From light to grey levels: staining, bleed-through, defocus, background, shading, shot and read noise, 16
// bits.
#pragma once
#include <cstdint>
#include <vector>

#include "simulate/nuisance.hpp"
#include "simulate/population.hpp"

namespace cytoscale::simulation {

// planes: by channel, [side][side]. Noise is Poisson's in its normal limit (a sum of four uniforms): above 30
// photons, which background alone reaches, the difference is below the read noise.
std::vector<std::vector<std::uint16_t>> photograph(const std::vector<std::vector<float>>& planes, int side,
                                                   const Optics& optics, const FieldKey& key);

}  // namespace cytoscale::simulation
