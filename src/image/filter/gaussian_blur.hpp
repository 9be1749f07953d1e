#pragma once
#include <vector>

#include "image/plane.hpp"

namespace cytoscale::image {

// Separable Gaussian, cut at 4 sigma, edges mirrored (d c b a | a b c d). sigma_px 0 gives a copy. Runs on
// the calling thread and gives the same bits everywhere.
Plane gaussian_blur(const Plane& plane, double sigma_px);

// Its weights from the middle outwards, [ceil(4 sigma) + 1]; together with their mirror image they sum to 1.
// sigma_px > 0.
std::vector<float> gaussian_kernel(double sigma_px);

}  // namespace cytoscale::image
