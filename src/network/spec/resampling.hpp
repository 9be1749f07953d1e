// The positions of a Vision Transformer on another grid. No LibTorch.
#pragma once
#include <vector>

namespace cytoscale::network {

// [to][from]: what each of `to` places takes of `from`; rows add up to 1. Bicubic (Keys, IEEE TASSP 1981,
// a = −1/2), as wide as the places lie apart where there are fewer of them: PyTorch's
// interpolate(mode="bicubic", antialias=True) along one axis, which timm takes for positions.
std::vector<float> resampling_matrix(int from, int to);

}  // namespace cytoscale::network
