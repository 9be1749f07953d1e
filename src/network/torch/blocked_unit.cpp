#include <torch/autograd.h>

#include "network/torch/blocked_unit_torch.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::network {
namespace {

using torch::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// A layer outlives the graph: it belongs to the network.
template <class Layer>
std::int64_t number_of(Layer* layer) {
  return static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(layer));
}
template <class Layer>
Layer& layer_of(AutogradContext* context) {
  return *reinterpret_cast<Layer*>(static_cast<std::intptr_t>(context->saved_data["layer"].toInt()));
}

const float* read(const Tensor& values) {
  return values.data_ptr<float>();
}
float* write(const Tensor& values) {
  return values.data_ptr<float>();
}

class Convolve : public torch::autograd::Function<Convolve> {
 public:
  static Tensor forward(AutogradContext* context, Tensor input, Tensor weight, std::int64_t layer,
                        std::vector<std::int64_t> sizes) {
    context->saved_data["layer"] = layer;
    context->save_for_backward({input, weight});
    auto output = torch::empty(sizes);
    layer_of<BlockedConvolution>(context).forward(read(input), read(weight), write(output));
    return output;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    auto& layer = layer_of<BlockedConvolution>(context);
    const auto gradient = gradients[0].contiguous();
    const auto of_weight = torch::empty(saved[1].sizes());
    layer.weight_gradient(read(saved[0]), read(gradient), write(of_weight));
    if (!in_blocks(saved[0])) return {{}, of_weight, {}, {}};
    const auto of_input = torch::empty(saved[0].sizes());
    layer.input_gradient(read(gradient), read(saved[1]), write(of_input));
    return {of_input, of_weight, {}, {}};
  }
};

class Normalize : public torch::autograd::Function<Normalize> {
 public:
  static variable_list forward(AutogradContext* context, Tensor input, Tensor scale, Tensor shift,
                               std::int64_t layer) {
    context->saved_data["layer"] = layer;
    auto& norm = layer_of<BlockedNorm>(context);
    auto output = torch::empty_like(input), mean = torch::empty_like(scale),
         variance = torch::empty_like(scale),
         mask = torch::empty({static_cast<std::int64_t>(norm.mask_bytes())}, torch::kUInt8);
    norm.forward(read(input), read(scale), read(shift), write(output), write(mean), write(variance),
                 mask.data_ptr());
    context->save_for_backward({input, scale, mean, variance, mask});
    context->mark_non_differentiable({mean, variance});
    return {output, mean, variance};
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const auto &input = saved[0], &scale = saved[1];
    const auto gradient = gradients[0].contiguous();
    const auto of_input = torch::empty_like(input), of_scale = torch::empty_like(scale),
               of_shift = torch::empty_like(scale);
    layer_of<BlockedNorm>(context).backward(read(input), read(gradient), read(scale), read(saved[2]),
                                            read(saved[3]), saved[4].data_ptr(), write(of_input),
                                            write(of_scale), write(of_shift));
    return {of_input, of_scale, of_shift, {}};
  }
};

// Planned once for each shape; null: oneDNN has no fast kernel.
template <class All, class Shape, class Make>
auto planned(All& all, const Shape& shape, const Make& make) {
  for (const auto& [known, layer] : all)
    if (known == shape) return layer.get();
  all.emplace_back(shape, make(shape));
  return all.back().second.get();
}

int length(const Tensor& values, int dimension) {
  return static_cast<int>(values.size(dimension));
}

}  // namespace

Tensor in_rows(const Tensor& values) {
  if (!in_blocks(values)) return values;
  return values.permute({0, 1, 4, 2, 3})
      .reshape({values.size(0), values.size(1) * values.size(4), values.size(2), values.size(3)});
}

Tensor in_blocks_of(const Tensor& rows) {
  const auto block = block_of_channels();
  return rows.reshape({rows.size(0), rows.size(1) / block, block, rows.size(2), rows.size(3)})
      .permute({0, 1, 3, 4, 2})
      .contiguous();
}

// Blocks of channels are, to a pool, pictures of their own, their channels last.
Tensor max_pool(const Tensor& values, int kernel, int stride, int padding) {
  if (!in_blocks(values)) return torch::max_pool2d(values, kernel, stride, padding);
  const auto pools = torch::max_pool2d(values.flatten(0, 1).permute({0, 3, 1, 2}), kernel, stride, padding)
                         .permute({0, 2, 3, 1});
  return pools.reshape({values.size(0), values.size(1), pools.size(1), pools.size(2), values.size(4)});
}

Tensor BlockedUnit::convolve(const Tensor& input, const Tensor& weight, int stride, int padding) {
  const bool rows = !in_blocks(input);
  const ConvolutionShape shape{length(input, 0),
                               length(weight, 1),
                               length(weight, 0),
                               length(weight, 2),
                               stride,
                               padding,
                               length(input, 2),
                               length(input, 3),
                               rows};
  auto* layer = planned(convolutions_, shape, make_blocked_convolution);
  if (!layer) return in_blocks_of(torch::conv2d(in_rows(input), weight, {}, stride, padding));
  const auto side = [&](int pixels) { return (pixels + 2 * padding - shape.kernel) / stride + 1; };
  const int block = block_of_channels();
  return Convolve::apply(input.contiguous(), weight, number_of(layer),
                         std::vector<std::int64_t>{shape.pictures, shape.to / block, side(shape.height),
                                                   side(shape.width), block});
}

NormOutcome BlockedUnit::normalize(const Tensor& input, const Tensor& scale, const Tensor& shift, bool relu) {
  const NormShape shape{length(input, 0), length(scale, 0), length(input, 2), length(input, 3), relu};
  if (auto* layer = planned(norms_, shape, make_blocked_norm)) {
    const auto made = Normalize::apply(input.contiguous(), scale, shift, number_of(layer));
    return {made[0], made[1], made[2]};
  }
  auto [output, mean, inverse_sd] =
      torch::native_batch_norm(in_rows(input), scale, shift, {}, {}, true, 0, norm_epsilon);
  output = in_blocks_of(output);
  return {relu ? output.relu_() : output, mean.detach(), (inverse_sd.detach().pow(-2) - norm_epsilon)};
}

}  // namespace cytoscale::network
