#include "network/spec/transformer_names.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>

namespace cytoscale::network {
namespace {

constexpr int dinov2_px = 518, largest_patch = 64, largest_grid = 256, most_registers = 64;

struct Size {
  std::string_view word;
  int width, depth;
};
constexpr Size sizes[] = {{"tiny", 192, 12}, {"small", 384, 12}, {"base", 768, 12}, {"large", 1024, 24}};

bool take(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// A whole number from 1 to `largest`, without leading zeros.
bool take(std::string_view& text, int& value, int largest) {
  if (text.starts_with('0')) return false;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (problem != std::errc{} || value < 1 || value > largest) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

const std::vector<std::int64_t>* shape_of(const store::SafeTensors& file, const std::string& name) {
  const auto found = file.tensors.find(name);
  return found == file.tensors.end() ? nullptr : &found->second.shape;
}

int blocks_of(const store::SafeTensors& file) {
  return static_cast<int>(std::count_if(file.tensors.begin(), file.tensors.end(), [](const auto& entry) {
    return entry.first.starts_with("blocks.") && entry.first.ends_with(".attn.qkv.weight");
  }));
}

}  // namespace

std::optional<TransformerDesign> transformer_of_name(const std::string& name) {
  std::string_view rest = name;
  TransformerDesign design;
  if (!take(rest, "vit_")) return {};
  for (const auto& size : sizes)
    if (take(rest, size.word)) {
      design.width = size.width;
      design.depth = size.depth;
      break;
    }
  if (design.width == 0 || !take(rest, "_patch") || !take(rest, design.patch, largest_patch)) return {};
  if (take(rest, "_reg") && !take(rest, design.registers, most_registers)) return {};
  design.layer_scale = take(rest, "_dinov2");
  int px = dinov2_px;
  if (!(design.layer_scale && rest.empty()) &&
      !(take(rest, "_") && take(rest, px, largest_patch * largest_grid)))
    return {};
  design.grid = px / design.patch;
  if (!rest.empty() || px % design.patch != 0 || design.grid > largest_grid) return {};
  return design;
}

std::string name_of_transformer(const TransformerDesign& design) {
  const auto* size = std::find_if(std::begin(sizes), std::end(sizes),
                                  [&](const Size& one) { return one.width == design.width; });
  const int px = design.grid * design.patch;
  return "vit_" + std::string(size->word) + "_patch" + std::to_string(design.patch) +
         (design.registers > 0 ? "_reg" + std::to_string(design.registers) : "") +
         (design.layer_scale ? "_dinov2" : "") +
         (design.layer_scale && px == dinov2_px ? "" : "_" + std::to_string(px));
}

std::optional<TransformerDesign> recognize_transformer(const store::SafeTensors& file) {
  const auto *patches = shape_of(file, "patch_embed.proj.weight"), *positions = shape_of(file, "pos_embed"),
             *registers = shape_of(file, "reg_token");
  if (!patches || patches->size() != 4 || !positions || positions->size() != 3 || positions->at(0) != 1 ||
      (registers && registers->size() != 3))
    return {};
  const auto width = patches->at(0), patch = patches->at(2), places = positions->at(1),
             extra = registers ? registers->at(1) : 0;
  const auto* size =
      std::find_if(std::begin(sizes), std::end(sizes), [&](const Size& one) { return one.width == width; });
  if (size == std::end(sizes) || blocks_of(file) != size->depth || patch < 1 || patch > largest_patch ||
      extra < 0 || extra > most_registers || places < 1 || places > largest_grid * largest_grid + 1)
    return {};
  TransformerDesign design{size->width,
                           size->depth,
                           static_cast<int>(patch),
                           0,
                           static_cast<int>(extra),
                           file.tensors.contains("blocks.0.ls1.gamma")};
  design.grid = static_cast<int>(std::sqrt(static_cast<double>(places)));
  if (design.grid < 1 || design.positions() != places) return {};
  return design;
}

}  // namespace cytoscale::network
