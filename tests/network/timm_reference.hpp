// Made by make_timm_reference.py: the first two features of a layer, its last one and the norm of all.
#pragma once

namespace cytoscale::network {

struct TimmLayer {
  const char *architecture, *layer;
  int channels, height, width;
  double first, second, last, norm;
};

inline constexpr TimmLayer timm_layers[] = {
    {"efficientnet_b0", "stem", 2, 40, 56, 1.330965, 0.3129555, 0.1156624, 1.62131},
    {"efficientnet_b0", "block1a", 2, 40, 56, -0.1393851, -0.1175156, -0.2140091, 0.6963533},
    {"efficientnet_b0", "block2b_activation", 2, 40, 56, -0.09259907, -0.09661265, -0.09930432, 1.35593},
    {"efficientnet_b0", "block6a_activation", 2, 40, 56, 0.1206657, -0.08572292, 0.242768, 2.913787},
    {"efficientnet_b0", "block7a", 2, 40, 56, -0.4678298, 0.2046892, 0.0003087749, 3.393896},
    {"efficientnet_b0", "pool5", 2, 40, 56, -0.04108346, -0.02477808, -0.09973592, 4.801476},
    {"tf_efficientnet_b0", "stem", 1, 39, 40, 1.823945, 0.08385418, 0.1400645, 2.241625},
    {"tf_efficientnet_b0", "block2a", 1, 39, 40, 0.05764152, 0.1804882, 0.04547889, 0.7013885},
    {"tf_efficientnet_b0", "block6a_activation", 1, 39, 40, 0.1003227, -0.08688038, 0.220905, 2.63291},
    {"tf_efficientnet_b0", "pool5", 1, 39, 40, -0.04045552, -0.02471412, -0.09977388, 4.792514},
    {"vit_small_patch16_224", "block1_mean", 1, 48, 64, 0.2345164, 0.01019753, -0.3014122, 22.60603},
    {"vit_small_patch16_224", "block7_cls", 1, 48, 64, -2.007314, 4.123206, -3.882829, 64.31713},
    {"vit_small_patch16_224", "mean", 1, 48, 64, 0.2554751, 0.6268672, -1.108904, 19.86375},
    {"vit_small_patch16_224", "cls", 1, 48, 64, 0.3653434, 0.8177331, -0.8451506, 19.96357},
    {"vit_tiny_patch8_dinov2_128", "block1_cls", 5, 32, 32, 0.6774415, 0.6385764, -0.442266, 16.46691},
    {"vit_tiny_patch8_dinov2_128", "block12_mean", 5, 32, 32, 2.696516, 2.032294, -6.099351, 63.76972},
    {"vit_tiny_patch8_dinov2_128", "mean", 5, 32, 32, 0.2553821, 0.6074812, -1.608556, 13.88724},
    {"vit_tiny_patch8_dinov2_128", "cls", 5, 32, 32, 0.4692904, 0.8694128, -1.835019, 14.11862},
    {"vit_tiny_patch14_reg4_dinov2", "block2_mean", 3, 56, 42, -0.910006, 0.8654917, 0.4444678, 21.36898},
    {"vit_tiny_patch14_reg4_dinov2", "mean", 3, 56, 42, 0.5338635, -0.1376515, -0.7729768, 14.192},
    {"vit_tiny_patch14_reg4_dinov2", "cls", 3, 56, 42, 0.8680381, -0.1774958, -0.7994533, 14.26712},
};

}  // namespace cytoscale::network
