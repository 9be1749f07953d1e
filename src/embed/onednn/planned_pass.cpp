#include <algorithm>
#include <cmath>
#include <cstring>
#include <tuple>

#include "core/error.hpp"
#include "embed/onednn/planned_pass_internal.hpp"
#include "network/blocked_layers.hpp"
#include "network/onednn/one_thread.hpp"

namespace cytoscale::embed::onednn {
namespace {

using dnnl::algorithm;
using dnnl::memory;
using network::Operation;

memory::dim output_side(int side, const Operation& operation) {
  return (side + 2 * operation.padding - operation.kernel) / operation.stride + 1;
}

template <class Description>
void check_kernel(const Description& description) {
  if (!description || std::string(description.impl_info_str()).find("ref") != std::string::npos)
    throw Error("oneDNN has no fast kernel for this network on this processor", "option --encoder",
                "Choose --encoder torch");
}

// Of |output|: the largest sum of |weights| of a filter, the largest |bias|.
std::pair<double, double> bounds_of(const network::FoldedConvolution& folded) {
  double gain = 0, offset = 0;
  const auto filter = folded.weight.size() / folded.bias.size();
  for (std::size_t channel = 0; channel < folded.bias.size(); ++channel) {
    double sum = 0;
    for (std::size_t i = 0; i < filter; ++i) sum += std::abs(double(folded.weight[channel * filter + i]));
    gain = std::max(gain, sum);
    offset = std::max(offset, std::abs(double(folded.bias[channel])));
  }
  return {gain, offset};
}

void fill(const memory& to, const std::vector<float>& values) {
  std::memcpy(to.get_data_handle(), values.data(), values.size() * sizeof(float));
}

}  // namespace

PlannedPass::PlannedPass(const network::ForwardPlan& plan,
                         const std::vector<network::FoldedConvolution>& folded,
                         const std::vector<int>& outputs, const TileShape& tile, network::Precision precision)
    : tile_(tile) {
  const bool wide = network::onednn_block() == 16, half = precision == network::Precision::bf16;
  if (half && !wide)
    throw Error("this processor does not compute with bf16", "option --precision",
                "Choose --precision fp32, or --encoder torch");
  type_ = half ? memory::data_type::bf16 : memory::data_type::f32;
  block_ = half ? 0 : wide ? 16 : 8;
  order_ = half ? memory::format_tag::nhwc : wide ? memory::format_tag::nChw16c : memory::format_tag::nChw8c;
  input_ = {{tile.pictures, tile.channels, tile.size.height, tile.size.width},
            type_,
            half ? memory::format_tag::nhwc : memory::format_tag::nchw};
  const network::OneThread guard;
  const auto count = static_cast<std::size_t>(*std::max_element(outputs.begin(), outputs.end())) + 1;
  place(plan, count);
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& operation = plan.operations[i];
    if (operation.kind == Operation::Kind::convolution)
      plan_convolution(operation, folded.at(next++), steps_[i]);
    else
      plan_pool(operation, steps_[i]);
  }
  find_safe_input();
  for (const int output : outputs) {
    const auto i = static_cast<std::size_t>(output);
    steps_[i].outputs_at.push_back(features_);
    features_ += static_cast<std::size_t>(plan.operations[i].to);
  }
}

// Which slot each operation writes: that of what it is added to, or one that nothing reads any more.
void PlannedPass::place(const network::ForwardPlan& plan, std::size_t count) {
  const auto index = [](int operation) { return static_cast<std::size_t>(operation + 1); };
  std::vector<std::size_t> last_read(count + 1, 0), slot(count + 1, 0);
  for (std::size_t i = 0; i < count; ++i)
    for (const int read : {plan.operations[i].source, plan.operations[i].added}) last_read[index(read)] = i;
  steps_.resize(count);
  slot_bytes_ = {0};
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < count; ++i) {
    const auto& operation = plan.operations[i];
    auto& mine = slot[i + 1];
    if (operation.added >= 0) {
      mine = slot[index(operation.added)];
    } else if (!free.empty()) {
      mine = free.back();
      free.pop_back();
    } else {
      mine = slot_bytes_.size();
      slot_bytes_.push_back(0);
    }
    steps_[i].source_operation = operation.source;
    steps_[i].added = operation.added;
    steps_[i].source = slot[index(operation.source)];
    steps_[i].destination = mine;
    // The slot of what was added lives on as this operation's.
    if (operation.source >= 0 && last_read[index(operation.source)] == i &&
        slot[index(operation.source)] != mine)
      free.push_back(slot[index(operation.source)]);
  }
}

// By the bounds of the operations, one after the other: |output| ≤ a · |pixel| + b.
void PlannedPass::find_safe_input() {
  struct Bound {
    double a, b;
  };
  std::vector<Bound> bounds = {{1, 0}};
  const auto bound_of = [&](int operation) { return bounds[static_cast<std::size_t>(operation + 1)]; };
  safe_input_ = largest_value;
  for (const auto& step : steps_) {
    const auto from = bound_of(step.source_operation),
               added = step.added < 0 ? Bound{0, 0} : bound_of(step.added);
    bounds.push_back({step.gain * from.a + added.a, step.gain * from.b + step.offset + added.b});
    safe_input_ = std::min(safe_input_, (largest_value - bounds.back().b) / bounds.back().a);
  }
  if (!(safe_input_ >= 0)) safe_input_ = -1;
}

memory::dims PlannedPass::output_dims(const Operation& operation) const {
  const auto dims = form_of(operation.source).dims();
  return {tile_.pictures, operation.to, output_side(static_cast<int>(dims[2]), operation),
          output_side(static_cast<int>(dims[3]), operation)};
}

const memory::desc& PlannedPass::form_of(int operation) const {
  return operation < 0 ? input_ : steps_[static_cast<std::size_t>(operation)].form;
}

void PlannedPass::plan_convolution(const Operation& operation, const network::FoldedConvolution& folded,
                                   Step& step) {
  dnnl::post_ops after;
  if (operation.added >= 0) after.append_sum(1);
  if (operation.activation == network::Activation::relu) after.append_eltwise(1, algorithm::eltwise_relu, 0, 0);
  dnnl::primitive_attr attributes;
  attributes.set_post_ops(after);
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims shape = {operation.to, operation.from, operation.kernel, operation.kernel},
                     stride(2, operation.stride), padding(2, operation.padding);
  const memory::desc form{output_dims(operation), type_, order_};
  const auto describe = [&](algorithm how) {
    const dnnl::convolution_forward::desc wanted(
        dnnl::prop_kind::forward_inference, how, form_of(operation.source),
        {shape, type_, memory::format_tag::any},
        {{operation.to}, memory::data_type::f32, memory::format_tag::x}, form, stride, padding, padding);
    return dnnl::convolution_forward::primitive_desc(wanted, attributes, engine_, true);
  };
  dnnl::convolution_forward::primitive_desc description;
  if (block_ == 16 && operation.kernel == 3 && operation.stride == 1)
    description = describe(algorithm::convolution_winograd);
  if (!description) description = describe(algorithm::convolution_direct);
  check_kernel(description);
  memory weights({shape, memory::data_type::f32, memory::format_tag::oihw}, engine_),
      bias({{operation.to}, memory::data_type::f32, memory::format_tag::x}, engine_),
      placed(description.weights_desc(), engine_);
  fill(weights, folded.weight);
  fill(bias, folded.bias);
  dnnl::stream stream(engine_);
  dnnl::reorder(weights, placed).execute(stream, weights, placed);
  stream.wait();
  step.primitive = dnnl::convolution_forward(description);
  step.form = form;
  step.weights = placed;
  step.bias = bias;
  std::tie(step.gain, step.offset) = bounds_of(folded);
  lay_out(step, description.scratchpad_desc());
}

void PlannedPass::plan_pool(const Operation& operation, Step& step) {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims kernel(2, operation.kernel), stride(2, operation.stride), padding(2, operation.padding);
  const memory::desc form{output_dims(operation), type_, order_};
  const dnnl::pooling_forward::desc wanted(dnnl::prop_kind::forward_inference, algorithm::pooling_max,
                                           form_of(operation.source), form, stride, kernel, padding, padding);
  const dnnl::pooling_forward::primitive_desc description(wanted, attributes, engine_, true);
  check_kernel(description);
  step.primitive = dnnl::pooling_forward(description);
  step.form = form;
  lay_out(step, description.scratchpad_desc());
}

// What the step needs of memory.
void PlannedPass::lay_out(Step& step, const memory::desc& scratch) {
  step.source_form = form_of(step.source_operation);
  auto& bytes = slot_bytes_[step.destination];
  bytes = std::max(bytes, step.form.get_size());
  scratch_bytes_ = std::max(scratch_bytes_, scratch.get_size());
}

}  // namespace cytoscale::embed::onednn
