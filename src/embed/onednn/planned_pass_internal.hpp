// The operations of a plan (network/spec/forward_plan.hpp) as oneDNN primitives over a tile of pictures of
// fixed size: normalization, bias, sum and ReLU are part of the convolution before them, and memory is laid
// out once. In float32, 3×3 convolutions are Winograd's where the processor has AVX-512.
#pragma once
#include <dnnl.hpp>
#include <span>
#include <string>
#include <vector>
#include "embed/encoder.hpp"

#include "image/crop/crop.hpp"
#include "network/spec/compute.hpp"
#include "network/spec/forward_plan.hpp"
#include "network/weights/weights.hpp"

namespace cytoscale::embed::onednn {

struct TileShape {
  int pictures, channels;
  image::PictureSize size;
};

// What all threads share: primitives and weights.
class PlannedPass {
 public:
  // Sums of such values, also in Winograd's transforms, stay within float32.
  static constexpr double largest_value = 1e34;
  // The operations up to the last of `outputs`; folded: of each convolution among these, in their order.
  // outputs: operations, whose means follow one another in a row of features. Throws Error: this processor or
  // oneDNN has no kernels for it.
  PlannedPass(const network::ForwardPlan& plan, const std::vector<network::FoldedConvolution>& folded,
              const std::vector<int>& outputs, const TileShape& tile, network::Precision precision);

 private:
  friend class TiledPass;
  using Memory = dnnl::memory;
  struct Step {
    dnnl::primitive primitive;
    std::size_t source = 0, destination = 0;  // in slots_
    Memory::desc source_form, form;
    Memory weights, bias;                   // of a convolution
    int source_operation = -1, added = -1;  // -1: the pictures; -1: none
    double gain = 1, offset = 0;  // |output| ≤ gain · the largest |input| + offset (+ what is added)
    std::vector<std::size_t> outputs_at;  // first column of its means
  };
  void plan_convolution(const network::Operation& operation, const network::FoldedConvolution& folded,
                        Step& step);
  void plan_pool(const network::Operation& operation, Step& step);
  void lay_out(Step& step, const Memory::desc& scratch);
  void place(const network::ForwardPlan& plan, std::size_t count);
  void find_safe_input();
  Memory::dims output_dims(const network::Operation& operation) const;
  const Memory::desc& form_of(int operation) const;

  dnnl::engine engine_{dnnl::engine::kind::cpu, 0};
  TileShape tile_;
  Memory::data_type type_;
  Memory::format_tag order_;
  std::size_t block_ = 0;  // channels that lie together; 0: all of a pixel's
  Memory::desc input_;
  std::vector<Step> steps_;  // one for each operation
  std::vector<std::size_t>
      slot_bytes_;  // of memory that operations use in turn; the first holds the pictures
  std::size_t scratch_bytes_ = 0, features_ = 0;
  double safe_input_ = 0;  // pictures with no |pixel| above it reach no number beyond float32
};

// Of one thread: the memory that it computes in.
class TiledPass {
 public:
  explicit TiledPass(const PlannedPass& pass);
  // As many places as the tile has. Of a picture that is not finite, or that could reach numbers beyond
  // float32 on its way, all features are NaN: ReLU makes 0 of NaN here.
  void run(std::span<const TilePlace> places);

 private:
  void take(std::size_t place, const float* picture);
  void watch(std::size_t step, std::span<const TilePlace> places);
  void keep_means(const PlannedPass::Step& step, std::size_t column, std::span<const TilePlace> places) const;
  const PlannedPass& pass_;
  dnnl::stream stream_;
  std::vector<dnnl::memory> slots_;
  dnnl::memory scratch_;
  std::vector<std::unordered_map<int, dnnl::memory>> arguments_;  // of each step
  std::vector<std::vector<double>> largest_;  // |value| of the pictures, and of each step's output, by place
  std::vector<bool> lost_;                    // by place
};

}  // namespace cytoscale::embed::onednn
