// Networks as LibTorch modules. Parameters and buffers carry torchvision's names. A network is a row of
// steps, some of which are layers one can ask for; an architecture registers its modules and lists its steps,
// all else is shared. Weights come from our own counter-based generator, so that they do not depend on the
// version of LibTorch.
#pragma once
#include <torch/torch.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "network/network_spec.hpp"
#include "store/safetensors.hpp"

namespace cytoscale {

// How batch normalisation gets its statistics while training.
enum class NormMode {
  local,   // of the cells that pass together
  frozen,  // the stored ones, as in inference; scale and shift still learn
  sync,    // of the batch over all ranks
};

// Shared by all normalisations of one network.
struct NormContext {
  NormMode mode = NormMode::local;
  double momentum = 0.1;  // the share of the batch in the stored statistics; 1: they are the last batch's own
  int ranks = 1;
  std::function<void(std::span<double>)> sum_over_ranks;  // in place; needed for sync on more than one rank
};

// Batch normalisation with torchvision's five tensors. Input may be bf16, statistics are of the parameters'
// type. Collective: forward and backward, when training with NormMode::sync on more than one rank.
class BatchNormImpl : public torch::nn::Module {
 public:
  BatchNormImpl(int channels, std::shared_ptr<NormContext> context);
  torch::Tensor forward(const torch::Tensor& input);

  torch::Tensor weight, bias, running_mean, running_var, num_batches_tracked;
  static constexpr double epsilon = 1e-5;

 private:
  torch::Tensor synchronised(const torch::Tensor& input);
  std::shared_ptr<NormContext> context_;
};
TORCH_MODULE(BatchNorm);

// A square convolution without bias, padded by half its kernel.
struct ConvShape {
  int from, to, kernel, stride;
};

class ConvolutionImpl : public torch::nn::Module {
 public:
  explicit ConvolutionImpl(const ConvShape& shape);
  torch::Tensor weight;  // [to][from][kernel][kernel]; not initialised
};
TORCH_MODULE(Convolution);

// A convolution and its normalisation: siblings in the names, one unit in the pass. Folded into one
// convolution for inference. Computes in the input's type: float32 parameters are cast to bf16 for bf16
// input.
struct ConvNorm {
  Convolution conv{nullptr};
  BatchNorm norm{nullptr};
  int stride = 1, padding = 0;
  torch::Tensor folded_weight, folded_bias;

  torch::Tensor operator()(const torch::Tensor& input);
  void fold(torch::ScalarType type);
};

class Network : public torch::nn::Module {
 public:
  const NetworkSpec& spec() const { return spec_; }
  NormContext& norms() { return *context_; }

  // [N][C][H][W] -> logits [N][classes]. bf16 ends in float32 here and below. Needs classes > 0.
  torch::Tensor classify(const torch::Tensor& crops);
  // Pooled outputs of the layers, each [N][dims], in the order asked for; the pass stops at the
  // deepest.
  std::vector<torch::Tensor> features(const torch::Tensor& crops, const std::vector<std::string>& layers);
  // Merges each normalisation into its convolution and keeps those weights in `type`: inference only, not
  // undone.
  void fold_norms(torch::ScalarType type);

  // Initial weights from the seed: convolutions normal with variance 2/fan_out, scale 1, shift 0, last layer
  // uniform in ±1/√fan_in (torchvision's choice).
  void initialise(std::uint64_t seed);
  // All parameters, then all buffers, by name, in the order of registration.
  std::vector<std::pair<std::string, torch::Tensor>> named_tensors() const;

 protected:
  explicit Network(NetworkSpec spec) : spec_(std::move(spec)), context_(std::make_shared<NormContext>()) {}
  // Registers both in `owner`, as `conv_name` and `norm_name`.
  ConvNorm* add_unit(torch::nn::Module& owner, const std::string& conv_name, const std::string& norm_name,
                     const ConvShape& shape);
  struct Step {
    std::string layer;  // empty: not one to ask for
    std::function<torch::Tensor(const torch::Tensor&)> forward;
  };
  std::vector<Step> steps_;
  std::function<torch::Tensor(const torch::Tensor&)> classifier_;  // of the last step's output

 private:
  NetworkSpec spec_;
  std::shared_ptr<NormContext> context_;
  std::vector<std::unique_ptr<ConvNorm>> units_;
};

// Throws Error for an unknown architecture. Weights are not set: call initialise() or load_weights().
std::shared_ptr<Network> make_network(const NetworkSpec& spec);

// Tensors to and from safetensors. `prefix` is put before each name. load_weights() throws Error naming file
// and tensor: missing, unknown beside those of this prefix, wrong shape or type; a missing
// num_batches_tracked is taken as 0, and the last layer of the file is ignored by a network without classes.
StoredTensor store_tensor(const torch::Tensor& tensor);
torch::Tensor restore_tensor(const StoredTensor& stored, const std::string& where);
void store_weights(const Network& network, SafeTensors& file, const std::string& prefix = {});
void load_weights(Network& network, const SafeTensors& file, const std::string& where,
                  const std::string& prefix = {});

// "auto", "cpu" or "cuda": the device for this rank (its number on its node chooses the GPU). Throws Error
// when CUDA is asked for and this LibTorch or machine has none.
torch::Device choose_device(const std::string& choice, int local_rank);

}  // namespace cytoscale
