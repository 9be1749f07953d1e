// timm's names of Vision Transformers (Dosovitskiy et al., ICLR 2021; DINOv2: Oquab et al., TMLR 2024), taken
// apart and put together: vit_small_patch16_224, vit_base_patch14_reg4_dinov2, and in the same manner any
// patch and size, vit_small_patch8_dinov2_128. No LibTorch. Collective: no.
#pragma once
#include <optional>
#include <string>

#include "store/safetensors.hpp"

namespace cytoscale::network {

struct TransformerDesign {
  int width = 0, depth = 0;  // 192 (tiny), 384 (small), 768 (base) with 12 blocks, 1024 (large) with 24
  int patch = 0;             // px
  int grid = 0;              // patches a side that there are positions for; others are interpolated
  int registers = 0;         // tokens beside the class token (Darcet et al., ICLR 2024)
  bool layer_scale = false;  // Touvron et al., ICCV 2021; as DINOv2 has it

  int heads() const { return width / 64; }
  int positions() const {
    return grid * grid + (registers > 0 ? 0 : 1);
  }  // registers: none of the class token
};

// vit_{tiny,small,base,large}_patchP[_regR]_SIZE, or …_dinov2 (518 px) or …_dinov2_SIZE, which has
// LayerScale. Nothing: another name, or a size that the patch does not divide.
std::optional<TransformerDesign> transformer_of_name(const std::string& name);
std::string name_of_transformer(const TransformerDesign& design);

// By the tensors of a file, under timm's names; nothing for any other network.
std::optional<TransformerDesign> recognize_transformer(const store::SafeTensors& file);

}  // namespace cytoscale::network
