// Optimisers over one flat array of parameters, one pass over memory each step. AdamW (Loshchilov and Hutter,
// ICLR 2019) and stochastic gradient descent with Nesterov momentum (Sutskever et al., ICML 2013), in the
// form that PyTorch gives them.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/threads/worker_pool.hpp"
#include "learn/run/train_options.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::learn {

// A tensor's place in the flat array.
struct FlatTensor {
  std::string name;
  std::vector<std::int64_t> shape;
  std::size_t offset, values;
};

struct AdamwNumbers {
  static constexpr double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
};

class Optimiser {
 public:
  // Weight decay acts on tensors of two or more dimensions: not on biases and normalizations.
  Optimiser(const TrainOptions& options, std::vector<FlatTensor> tensors, std::size_t values);

  // Changes the parameters in place, on the pool's threads; the same bits for any number of them. A gradient
  // longer than TrainOptions::clip_norm counts as one of that length, as with PyTorch's clip_grad_norm_.
  void step(std::span<float> parameters, std::span<const float> gradient, double learning_rate,
            WorkerPool& pool);

  // State as tensors "optimizer/<name>/<part>" and "optimizer/steps". restore() throws Error naming file and
  // tensor.
  void store(store::SafeTensors& file) const;
  void restore(const store::SafeTensors& file, const std::string& where);

  // The same, to be read and changed: running means, as the parameters lie (sgd: momentum and nothing).
  struct State {
    std::span<float> first, second;
    std::int64_t& steps;
  };
  State state() { return {first_, second_, steps_}; }

 private:
  struct Piece {
    std::size_t offset, values;
    bool decayed;
  };
  float shortening(std::span<const float> gradient, WorkerPool& pool) const;  // a factor, at most 1
  void sgd(const Piece& piece, float* parameters, const float* gradient, float rate, float factor);
  void adamw(const Piece& piece, float* parameters, const float* gradient, double rate, float factor);

  bool sgd_;
  double momentum_, weight_decay_, clip_norm_;
  std::vector<FlatTensor> tensors_;
  std::vector<Piece> pieces_;
  std::vector<float> first_, second_;  // sgd: momentum and nothing
  std::int64_t steps_ = 0;
};

}  // namespace cytoscale::learn
