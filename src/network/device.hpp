// Where networks compute: "auto" (a GPU where there is one), "cpu" or "cuda".
#pragma once
#include <string>

namespace cytoscale::network {

// Throws Error: not one of these words, or CUDA is asked for and this LibTorch or machine has none.
void check_device(const std::string& choice);

}  // namespace cytoscale::network
