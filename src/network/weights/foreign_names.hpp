// Weights from elsewhere under the names that we know (network/spec/tensor_list.hpp).
#pragma once
#include <string>

#include "store/safetensors.hpp"

namespace cytoscale::network {

// What DINOv2's and Cell-DINO's own files of Vision Transformers have otherwise than timm's: blocks in chunks
// (blocks.1.3. -> blocks.3.), register_tokens with a position of the class token beside them (it becomes part
// of the class token), and mask_token, which only training takes. Any other file stays as it is. Bytes may be
// missing (a header). Throws Error as store::floats_of().
void adopt_names(store::SafeTensors& file, const std::string& where);

// How a file whose architecture was not recognized must be changed for its tensors to carry names we know.
std::string naming_remedy(const store::SafeTensors& file);

}  // namespace cytoscale::network
