// Networks as LibTorch modules. Parameters and buffers carry torchvision's or timm's names
// (network/spec/tensor_list.hpp). A network over fields is a row of steps, some of which are layers one can
// ask for; any other runs the operations of its plan; all else is shared. Weights come from our own
// counter-based generator, so that they do not depend on the version of LibTorch.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "network/spec/network_spec.hpp"
#include "network/spec/tensor_list.hpp"
#include "network/torch/layers_torch.hpp"
#include "store/safetensors.hpp"

namespace cytoscale::network {

// What a network over fields makes of them.
struct Evidence {
  torch::Tensor maps;  // [N][classes][h][w]: scores; of a network of probabilities, before their sigmoid
  torch::Tensor
      pooled;          // [N][classes]: log-odds of probabilities, or scores; of the pool fc, all of the maps
  torch::Tensor bags;  // the same as probabilities or scores
  torch::Tensor logits;  // [N][classes]: as classify() has them
};

class Network : public torch::nn::Module {
 public:
  const NetworkSpec& spec() const { return spec_; }
  NormContext& norms() { return *context_; }
  Dropout& dropout() { return dropout_; }  // as the architecture has it; of few

  // [N][C][H][W] -> logits [N][classes]. bf16 ends in float32 here and below. Needs classes > 0.
  virtual torch::Tensor classify(const torch::Tensor& crops);
  // The same of a network over whole fields, with what it is based on.
  Evidence forward_with_evidence(const torch::Tensor& fields);
  // What a signal at the class maps, [N][classes][h][w], is at the fields' pixels, [N][C][H][W], once it has
  // gone back through the layers: a gradient; or, rectified, with what is negative set to 0 at each layer
  // (Kraus et al. 2016 eq. 5). Of a network over whole fields, in inference; its parameters get no gradients.
  torch::Tensor backpropagate_evidence(const torch::Tensor& fields,
                                       const std::function<torch::Tensor(const Evidence&)>& signal,
                                       bool rectified);
  // Pooled outputs of the layers, each [N][dims], in the order asked for; the pass stops at the
  // deepest.
  virtual std::vector<torch::Tensor> features(const torch::Tensor& crops,
                                              const std::vector<std::string>& layers);
  // From now on learns by oneDNN's layers, in blocks of channels (network/blocked_layers.hpp), where this
  // processor, program and network have them: float32, on a CPU, local statistics. One thread at a time.
  void learn_in_blocks();
  // Merges each normalization into its convolution, each LayerScale into its dense layer, and keeps those
  // weights in `type`: inference only, not undone.
  virtual void fold_norms(torch::ScalarType type);

  // Weights as initial_values() has them (network/weights/weights.hpp).
  void initialize(std::uint64_t seed);
  // Running means and variances, in the order of registration.
  std::vector<torch::Tensor> statistics() const;
  // All parameters, then all buffers, by name, in the order of registration.
  std::vector<std::pair<std::string, torch::Tensor>> named_tensors() const;

 protected:
  explicit Network(NetworkSpec spec) : spec_(std::move(spec)), context_(std::make_shared<NormContext>()) {}
  // Registers both in `owner`, as `conv_name` and `norm_name`; without the latter there is no normalization.
  ConvUnit* add_unit(torch::nn::Module& owner, const std::string& conv_name, const std::string& norm_name,
                     const ConvShape& shape);
  struct Step {
    std::string layer;  // empty: not one to ask for
    std::function<torch::Tensor(const torch::Tensor&)> forward;
  };
  std::vector<Step> steps_;
  // Of a network over fields: [N][C][h][w] -> a map for each class -> a value for each class.
  std::function<torch::Tensor(const torch::Tensor&)> maps_, pool_;
  std::function<torch::Tensor(const torch::Tensor&)> classifier_;  // of the last step's output, or the pool's

 private:
  Evidence evidence_of(const torch::Tensor& maps);
  NetworkSpec spec_;
  Dropout dropout_;
  std::shared_ptr<NormContext> context_;
  std::vector<std::unique_ptr<ConvUnit>> units_;
};

// Throws Error for an unknown architecture. Weights are not set: call initialize() or load_weights().
std::shared_ptr<Network> make_network(const NetworkSpec& spec);

// Tensors to and from safetensors. A checkpoint holds others beside the weights, whose names have a '/'.
store::StoredTensor store_tensor(const torch::Tensor& tensor);
torch::Tensor restore_tensor(const store::StoredTensor& stored, const std::string& where);
void store_weights(const Network& network, store::SafeTensors& file);

// Throws Error as check_tensors() and read_values() do. A missing num_batches_tracked is taken as 0.
void load_weights(Network& network, const store::SafeTensors& file, const std::string& where,
                  LastLayer last_layer = LastLayer::load);

// What activations and convolutions are in.
torch::ScalarType computing_type(Precision precision);
// For all networks of this process: whether products may be tf32; cuDNN is deterministic, and so are, where
// `reproducible`, all of LibTorch's operations.
void set_computing(Precision precision, bool reproducible = false);

// The device for this rank (its number on its node chooses the GPU). Throws Error when CUDA is asked for and
// this LibTorch or machine has none.
torch::Device choose_device(Device choice, int local_rank);

}  // namespace cytoscale::network
