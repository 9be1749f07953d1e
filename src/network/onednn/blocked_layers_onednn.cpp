#include <algorithm>
#include <dnnl.hpp>
#include <memory>
#include <string>
#include <unordered_map>

#include "network/blocked_layers.hpp"
#include "network/onednn/one_thread.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::network {
namespace {

using dnnl::algorithm;
using dnnl::memory;
constexpr auto f32 = memory::data_type::f32;

dnnl::engine& engine() {
  static dnnl::engine one(dnnl::engine::kind::cpu, 0);
  return one;
}

int block() {
  const auto has = [](dnnl::cpu_isa isa) {
    const auto needed = static_cast<unsigned>(isa),
               there = static_cast<unsigned>(dnnl::get_effective_cpu_isa());
    return (there & needed) == needed;
  };
  return has(dnnl::cpu_isa::avx512_core) ? 16 : has(dnnl::cpu_isa::avx2) ? 8 : 0;
}

memory::desc blocked(int pictures, int channels, int height, int width) {
  return {{pictures, channels, height, width},
          f32,
          block() == 16 ? memory::format_tag::nChw16c : memory::format_tag::nChw8c};
}

memory::desc of_channels(int channels) {
  return {{channels}, f32, memory::format_tag::x};
}

memory over(const memory::desc& form, const void* values) {
  return {form, engine(), const_cast<void*>(values)};
}

// Thrown and caught here alone: oneDNN has but its reference kernel for a layer.
struct NoKernel {};

template <class Description>
void check(const Description& description) {
  if (!description || std::string(description.impl_info_str()).find("ref") != std::string::npos)
    throw NoKernel();
}

template <class Layer, class Made, class Shape>
std::unique_ptr<Layer> made_for(const Shape& shape) {
  try {
    return std::make_unique<Made>(shape);
  } catch (const NoKernel&) {
    return nullptr;
  }
}

// Runs primitives one after the other, on one thread, in scratch memory of its own.
class Runner {
 public:
  static dnnl::primitive_attr attributes() {
    dnnl::primitive_attr attributes;
    attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
    return attributes;
  }
  void reserve(const memory::desc& scratch) {
    if (scratch.get_size() > bytes_)
      scratch_ =
          memory({{memory::dim(bytes_ = scratch.get_size())}, memory::data_type::u8, memory::format_tag::x},
                 engine());
  }
  void run(const dnnl::primitive& primitive, std::unordered_map<int, memory> arguments) {
    const OneThread guard;
    if (scratch_) arguments[DNNL_ARG_SCRATCHPAD] = scratch_;
    primitive.execute(stream_, arguments);
    stream_.wait();
  }
  void reorder(memory from, memory to) {
    const OneThread guard;
    dnnl::reorder(from, to).execute(stream_, from, to);
    stream_.wait();
  }

 private:
  dnnl::stream stream_{engine()};
  memory scratch_;
  std::size_t bytes_ = 0;
};

class OnednnConvolution final : public BlockedConvolution {
 public:
  explicit OnednnConvolution(const ConvolutionShape& shape) : shape_(shape) {
    const auto side = [&](int length) {
      return (length + 2 * shape.padding - shape.kernel) / shape.stride + 1;
    };
    const int height = side(shape.height), width = side(shape.width);
    input_ = shape.rows ? memory::desc{{shape.pictures, shape.from, shape.height, shape.width},
                                       f32,
                                       memory::format_tag::nchw}
                        : blocked(shape.pictures, shape.from, shape.height, shape.width);
    output_ = blocked(shape.pictures, shape.to, height, width);
    rows_ = {dims_, f32, memory::format_tag::oihw};
    // Over maps that are not much larger than Winograd's tiles of 4×4 the direct ones are as fast.
    const bool winograd = block() == 16 && !shape.rows && shape.kernel == 3 && shape.stride == 1 &&
                          std::min(height, width) >= 6;
    const OneThread guard;
    plan(winograd ? algorithm::convolution_winograd : algorithm::convolution_direct);
  }

  void forward(const float* input, const float* weights, float* output) override {
    runner_.reorder(over(rows_, weights), forward_weights_);
    runner_.run(forward_, {{DNNL_ARG_SRC, over(input_, input)},
                           {DNNL_ARG_WEIGHTS, forward_weights_},
                           {DNNL_ARG_DST, over(output_, output)}});
  }
  void input_gradient(const float* output_gradient, const float* weights, float* gradient) override {
    runner_.reorder(over(rows_, weights), backward_weights_);
    runner_.run(input_gradient_, {{DNNL_ARG_DIFF_DST, over(output_, output_gradient)},
                                  {DNNL_ARG_WEIGHTS, backward_weights_},
                                  {DNNL_ARG_DIFF_SRC, over(input_, gradient)}});
  }
  void weight_gradient(const float* input, const float* output_gradient, float* gradient) override {
    runner_.run(weight_gradient_, {{DNNL_ARG_SRC, over(input_, input)},
                                   {DNNL_ARG_DIFF_DST, over(output_, output_gradient)},
                                   {DNNL_ARG_DIFF_WEIGHTS, gradient_}});
    runner_.reorder(gradient_, over(rows_, gradient));
  }

 private:
  void plan(algorithm how) {
    using dnnl::prop_kind;
    const memory::dims stride(2, shape_.stride), padding(2, shape_.padding);
    const memory::desc weights{dims_, f32, memory::format_tag::any};
    const auto attributes = Runner::attributes();
    const dnnl::convolution_forward::primitive_desc forward(
        {prop_kind::forward_training, how, input_, weights, output_, stride, padding, padding}, attributes,
        engine(), true);
    if (!forward && how == algorithm::convolution_winograd) return plan(algorithm::convolution_direct);
    check(forward);
    forward_ = dnnl::convolution_forward(forward);
    forward_weights_ = memory(forward.weights_desc(), engine());
    runner_.reserve(forward.scratchpad_desc());
    const dnnl::convolution_backward_weights::primitive_desc of_weights(
        {how, input_, weights, output_, stride, padding, padding}, attributes, engine(), forward, true);
    check(of_weights);
    weight_gradient_ = dnnl::convolution_backward_weights(of_weights);
    gradient_ = memory(of_weights.diff_weights_desc(), engine());
    runner_.reserve(of_weights.scratchpad_desc());
    if (shape_.rows) return;
    const dnnl::convolution_backward_data::primitive_desc of_input(
        {how, input_, weights, output_, stride, padding, padding}, attributes, engine(), forward, true);
    check(of_input);
    input_gradient_ = dnnl::convolution_backward_data(of_input);
    backward_weights_ = memory(of_input.weights_desc(), engine());
    runner_.reserve(of_input.scratchpad_desc());
  }

  ConvolutionShape shape_;
  memory::dims dims_{shape_.to, shape_.from, shape_.kernel, shape_.kernel};
  memory::desc input_, output_, rows_;
  Runner runner_;
  dnnl::primitive forward_, input_gradient_, weight_gradient_;
  memory forward_weights_, backward_weights_, gradient_;
};

class OnednnNorm final : public BlockedNorm {
 public:
  explicit OnednnNorm(const NormShape& shape)
      : values_(blocked(shape.pictures, shape.channels, shape.height, shape.width)),
        each_(of_channels(shape.channels)) {
    using dnnl::normalization_flags;
    auto flags = normalization_flags::use_scale | normalization_flags::use_shift;
    if (shape.relu) flags |= normalization_flags::fuse_norm_relu;
    const auto epsilon = static_cast<float>(norm_epsilon);
    const OneThread guard;
    const dnnl::batch_normalization_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, values_, epsilon, flags}, Runner::attributes(), engine(), true);
    check(forward);
    const dnnl::batch_normalization_backward::primitive_desc backward(
        {dnnl::prop_kind::backward, values_, values_, epsilon, flags}, Runner::attributes(), engine(),
        forward, true);
    check(backward);
    forward_ = dnnl::batch_normalization_forward(forward);
    backward_ = dnnl::batch_normalization_backward(backward);
    if (shape.relu) mask_ = forward.workspace_desc();
    runner_.reserve(forward.scratchpad_desc());
    runner_.reserve(backward.scratchpad_desc());
  }

  std::size_t mask_bytes() const override { return mask_.get_size(); }
  void forward(const float* input, const float* scale, const float* shift, float* output, float* mean,
               float* variance, void* mask) override {
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, over(values_, input)}, {DNNL_ARG_DST, over(values_, output)},
        {DNNL_ARG_SCALE, over(each_, scale)}, {DNNL_ARG_SHIFT, over(each_, shift)},
        {DNNL_ARG_MEAN, over(each_, mean)},   {DNNL_ARG_VARIANCE, over(each_, variance)}};
    if (mask_.get_size() > 0) arguments[DNNL_ARG_WORKSPACE] = over(mask_, mask);
    runner_.run(forward_, std::move(arguments));
  }
  void backward(const float* input, const float* output_gradient, const float* scale, const float* mean,
                const float* variance, const void* mask, float* input_gradient, float* scale_gradient,
                float* shift_gradient) override {
    std::unordered_map<int, memory> arguments = {{DNNL_ARG_SRC, over(values_, input)},
                                                 {DNNL_ARG_DIFF_DST, over(values_, output_gradient)},
                                                 {DNNL_ARG_SCALE, over(each_, scale)},
                                                 {DNNL_ARG_SHIFT, over(each_, scale)},
                                                 {DNNL_ARG_MEAN, over(each_, mean)},
                                                 {DNNL_ARG_VARIANCE, over(each_, variance)},
                                                 {DNNL_ARG_DIFF_SRC, over(values_, input_gradient)},
                                                 {DNNL_ARG_DIFF_SCALE, over(each_, scale_gradient)},
                                                 {DNNL_ARG_DIFF_SHIFT, over(each_, shift_gradient)}};
    if (mask_.get_size() > 0) arguments[DNNL_ARG_WORKSPACE] = over(mask_, mask);
    runner_.run(backward_, std::move(arguments));
  }

 private:
  memory::desc values_, each_, mask_;
  Runner runner_;
  dnnl::primitive forward_, backward_;
};

const bool defined =
    onednn_block.define([] { return block(); }) &&
    make_blocked_convolution.define(&made_for<BlockedConvolution, OnednnConvolution, ConvolutionShape>) &&
    make_blocked_norm.define(&made_for<BlockedNorm, OnednnNorm, NormShape>);

}  // namespace
}  // namespace cytoscale::network
