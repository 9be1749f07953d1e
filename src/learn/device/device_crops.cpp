#include "learn/device/device_crops_torch.hpp"

namespace cytoscale::learn {
namespace {

// 0 … n-1 mirrored to both sides, edges doubled: … 1 0 | 0 1 … n-1 | n-1 …; period 2n.
torch::Tensor mirrored_at(const torch::Tensor& place, const torch::Tensor& n) {
  const auto within = place.remainder(2 * n);
  return torch::where(within < n, within, 2 * n - 1 - within);
}

// One dimension of the crops' field pixels: the two neighbors of each and their weights.
struct Neighbors {
  torch::Tensor at[2], weight[2];  // 0 where there is no pixel
};

// position: in the field; first and count: of the place.
Neighbors neighbors(const torch::Tensor& position, const torch::Tensor& first, const torch::Tensor& count,
                    bool mirrored) {
  const auto below = position.floor();
  const auto part = position - below;
  const auto start = below.to(torch::kInt64) - first;
  Neighbors found;
  for (int i = 0; i < 2; ++i) {
    auto at = start + i;
    if (mirrored) at = mirrored_at(at, count);
    const auto inside = at.ge(0).logical_and(at.lt(count));
    found.at[i] = at.masked_fill(inside.logical_not(), 0);
    found.weight[i] = (i == 1 ? part : 1 - part) * inside;
  }
  return found;
}

// Each [n][1][1].
torch::Tensor column(const torch::Tensor& table, std::int64_t which) {
  return table.select(1, which).view({-1, 1, 1});
}

}  // namespace

torch::Tensor cut_crops(const CropSources& sources, image::PictureSize size, bool mirrored) {
  const auto& [codes, places, warps, scaling] = sources;
  const auto n = places.size(0), channels = codes.size(1);
  const auto options = warps.options();
  const auto v =
      (torch::arange(size.height, options) - 0.5F * static_cast<float>(size.height - 1)).view({1, -1, 1});
  const auto u =
      (torch::arange(size.width, options) - 0.5F * static_cast<float>(size.width - 1)).view({1, 1, -1});
  const auto rows = neighbors(column(warps, 0) + column(warps, 2) * v + column(warps, 3) * u,
                              column(places, 2), column(places, 4), mirrored);
  const auto columns = neighbors(column(warps, 1) + column(warps, 4) * v + column(warps, 5) * u,
                                 column(places, 3), column(places, 5), mirrored);
  const auto base = column(places, 0), stride = column(places, 1);
  torch::Tensor sum, inside;
  for (int i = 0; i < 4; ++i) {
    const auto at = base + rows.at[i / 2] * stride + columns.at[i % 2];
    const auto weight = rows.weight[i / 2] * columns.weight[i % 2];
    const auto taken = codes.index_select(0, at.view(-1)).view({n, size.height, size.width, channels});
    const auto share = taken * weight.unsqueeze(-1);
    sum = i == 0 ? share : sum.add_(share);
    inside = i == 0 ? weight : inside + weight;
  }
  const auto offset = scaling.select(2, 0).view({n, 1, 1, channels}),
             scale = scaling.select(2, 1).view({n, 1, 1, channels});
  return sum.mul_(scale).addcmul_(offset, inside.unsqueeze(-1)).permute({0, 3, 1, 2});
}

namespace {

// Along one dimension, each crop's channel by its own kernel.
torch::Tensor blurred(const torch::Tensor& crops, const torch::Tensor& kernels, std::int64_t dimension) {
  const auto taps = kernels.size(2), radius = taps / 2, n = crops.size(dimension);
  const auto places =
      torch::arange(-radius, n + radius, torch::TensorOptions(torch::kInt64).device(crops.device()));
  const auto wide = crops.index_select(dimension, mirrored_at(places, torch::full_like(places, n)));
  auto sum = torch::zeros_like(crops);
  for (std::int64_t i = 0; i < taps; ++i)
    sum.addcmul_(wide.narrow(dimension, i, n), kernels.select(2, i).unsqueeze(-1).unsqueeze(-1));
  return sum;
}

}  // namespace

torch::Tensor change_appearances(const torch::Tensor& crops, const torch::Tensor& backgrounds,
                                 const torch::Tensor& kernels) {
  const auto sharp = kernels.defined() ? blurred(blurred(crops, kernels, 3), kernels, 2) : crops;
  const auto light = backgrounds.unsqueeze(-1).unsqueeze(-1) * sharp.amax({2, 3}, true).clamp_min(0);
  return torch::max(sharp + light, sharp.clamp_max(0));
}

}  // namespace cytoscale::learn
