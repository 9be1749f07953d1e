// What is learned from sampled cells: a regularizer draws the cells of each example of a batch, makes of
// their crops what the network sees, and turns the network's answer into a loss. The baseline takes a cell
// and its label (Caicedo et al. 2018 §4.1); mixup.cpp and recurrent.cpp hold the paper's two regularizers,
// mosaic.cpp the mosaics of Sailem et al. 2017. Another one is a file like them, a line in regularizer.cpp
// and its options. Draws are functions of (seed, step, place in the global batch); any thread may call.
// LibTorch's types are only named here: see regularizer_torch.hpp.
#pragma once
#include <memory>
#include <span>
#include <vector>

#include "learn/data/crop_batch.hpp"
#include "learn/data/sampler.hpp"
#include "learn/run/train_options.hpp"
#include "network/spec/network_spec.hpp"

namespace at {
class Tensor;
}
namespace torch::nn {
class Module;
}

namespace cytoscale::network {
class Network;
}
namespace cytoscale::learn {

struct Outcome;
struct ExampleTensors;

class Regularizer {
 public:
  Regularizer(const CellSampler& sampler, const TrainOptions& options);
  virtual ~Regularizer() = default;

  // Throws Error where the training cells do not suffice. Before any compute.
  virtual void check() const {}
  // The cells of example `place`, as many as cells_per_example().
  virtual std::vector<CellDraw> draw(std::int64_t step, std::int64_t place) const;
  std::size_t cells_per_example() const { return cells_; }
  // Appends an example's target to the batch, and its weight where cells are blended.
  virtual void describe(std::int64_t step, std::int64_t place, const std::vector<CellDraw>& cells,
                        DrawnBatch& batch) const;
  // Appends what the network sees of an example. crops: of its cells, [cells][C][h][w], free to be changed;
  // weight: as drawn, or 1.
  virtual void compose(std::span<float> crops, image::PictureSize size, float weight, CropBatch& batch) const;
  // The same of a batch on a device. crops: [count · cells][C][h][w]; weights: [count], or undefined.
  virtual at::Tensor compose(const at::Tensor& crops, const at::Tensor& weights) const;
  // Crops of an example that the network sees.
  virtual std::size_t crops_per_example() const { return cells_; }

  // Of the network that it teaches: the classes it ends in (0: none, a head of its own follows) …
  virtual int network_classes(int labels) const { return labels; }
  // … and the part that only training needs; null: none. Its parameters are set, from the seed.
  virtual std::shared_ptr<torch::nn::Module> make_head(const network::NetworkSpec& network, int labels) const;
  // A batch of single cells to be judged, not learned, has crops_per_example 1 whatever the regularizer.
  virtual Outcome outcome(network::Network& network, torch::nn::Module* head, const ExampleTensors& examples,
                          double label_smoothing) const;
  // The mean loss of a network that knows nothing: to it each label is as likely as the others, or, of
  // several labels and at every place of a class map of probabilities, as likely as not. Of a pool that
  // then does not say 1/2: at most, as if every label's bag were wrong.
  double guessing_loss(const network::NetworkSpec& network, int labels, image::PictureSize size) const;

 protected:
  // Appends an example whose target is still empty: [labels] zeros, to be filled.
  std::span<float> add_example(DrawnBatch& batch) const;
  // Logits [count][labels] against the batch's targets: cross-entropy, with label smoothing, and what share
  // the most likely label has in the target; of several labels the cross-entropies of each, summed, and the
  // share of labels that are told right.
  Outcome judge(const at::Tensor& logits, const at::Tensor& targets, double smoothing) const;
  const CellSampler& sampler_;
  RegularizerOptions options_;
  bool several_labels_;
  std::uint64_t seed_;
  std::size_t cells_ = 1;
};

// The sampler must outlive it.
std::unique_ptr<Regularizer> make_regularizer(const CellSampler& sampler, const TrainOptions& options);
std::unique_ptr<Regularizer> make_mosaic(const CellSampler& sampler, const TrainOptions& options);
std::unique_ptr<Regularizer> make_mixup(const CellSampler& sampler, const TrainOptions& options);
std::unique_ptr<Regularizer> make_recurrent(const CellSampler& sampler, const TrainOptions& options);

}  // namespace cytoscale::learn
