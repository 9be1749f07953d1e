#include "learn/optim/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/error.hpp"

namespace cytoscale::learn {
namespace {

constexpr std::size_t piece_values =
    1u << 17;  // 512 KiB of each array: shared out over threads, and fits their caches
constexpr double beta1 = AdamwNumbers::beta1, beta2 = AdamwNumbers::beta2;
constexpr auto epsilon = static_cast<float>(AdamwNumbers::epsilon);

std::string part_name(const std::string& tensor, const char* part) {
  return "optimizer/" + tensor + "/" + part;
}

store::StoredTensor stored(const FlatTensor& tensor, const std::vector<float>& values) {
  store::StoredTensor made{"F32", tensor.shape, std::vector<std::byte>(tensor.values * sizeof(float))};
  std::memcpy(made.bytes.data(), values.data() + tensor.offset, made.bytes.size());
  return made;
}

const store::StoredTensor& find(const store::SafeTensors& file, const std::string& name,
                                const std::string& dtype, const std::vector<std::int64_t>& shape,
                                const std::string& where) {
  const auto found = file.tensors.find(name);
  if (found == file.tensors.end() || found->second.dtype != dtype || found->second.shape != shape)
    throw Error("the optimizer's state is missing or of another shape", where + ":" + name,
                "The checkpoint is damaged: remove it to continue from the one before");
  return found->second;
}

}  // namespace

Optimiser::Optimiser(const TrainOptions& options, std::vector<FlatTensor> tensors, std::size_t values)
    : sgd_(options.optimiser == OptimizerKind::sgd),
      momentum_(options.momentum),
      weight_decay_(options.weight_decay),
      clip_norm_(options.clip_norm),
      tensors_(std::move(tensors)),
      first_(values),
      second_(sgd_ ? 0 : values) {
  for (const auto& tensor : tensors_)
    for (std::size_t at = 0; at < tensor.values; at += piece_values)
      pieces_.push_back(
          {tensor.offset + at, std::min(piece_values, tensor.values - at), tensor.shape.size() >= 2});
}

void Optimiser::step(std::span<float> parameters, std::span<const float> gradient, double learning_rate,
                     WorkerPool& pool) {
  ++steps_;
  const float factor = shortening(gradient, pool);
  pool.run(pieces_.size(), [&](std::size_t item, int) {
    const auto& piece = pieces_[item];
    auto* p = parameters.data() + piece.offset;
    const auto* g = gradient.data() + piece.offset;
    if (sgd_)
      sgd(piece, p, g, static_cast<float>(learning_rate), factor);
    else
      adamw(piece, p, g, learning_rate, factor);
  });
}

// Squares are added up piece by piece, then over the pieces: in an order of its own.
float Optimiser::shortening(std::span<const float> gradient, WorkerPool& pool) const {
  if (clip_norm_ == 0) return 1;
  std::vector<double> squares(pieces_.size());
  pool.run(pieces_.size(), [&](std::size_t item, int) {
    const auto* g = gradient.data() + pieces_[item].offset;
    for (std::size_t i = 0; i < pieces_[item].values; ++i) squares[item] += double(g[i]) * double(g[i]);
  });
  double sum = 0;
  for (const double square : squares) sum += square;
  return static_cast<float>(std::min(1.0, clip_norm_ / (std::sqrt(sum) + 1e-6)));
}

// b ← μb + g (b ← g at the first step); p ← p − η(g + μb).
void Optimiser::sgd(const Piece& piece, float* p, const float* g, float rate, float factor) {
  const float decay = piece.decayed ? static_cast<float>(weight_decay_) : 0.0f;
  const float momentum = static_cast<float>(momentum_), kept = steps_ == 1 ? 0.0f : momentum;
  float* buffer = first_.data() + piece.offset;
  for (std::size_t i = 0; i < piece.values; ++i) {
    const float gradient = factor * g[i] + decay * p[i];
    buffer[i] = kept * buffer[i] + gradient;
    p[i] -= rate * (gradient + momentum * buffer[i]);
  }
}

void Optimiser::adamw(const Piece& piece, float* p, const float* g, double rate, float factor) {
  const double correction1 = 1 - std::pow(beta1, steps_), correction2 = 1 - std::pow(beta2, steps_);
  const float shrink = static_cast<float>(1 - rate * (piece.decayed ? weight_decay_ : 0.0));
  const float size = static_cast<float>(rate / correction1),
              scale = static_cast<float>(1 / std::sqrt(correction2));
  const float b1 = static_cast<float>(beta1), b2 = static_cast<float>(beta2);
  float *first = first_.data() + piece.offset, *second = second_.data() + piece.offset;
  for (std::size_t i = 0; i < piece.values; ++i) {
    const float gradient = factor * g[i];
    first[i] = b1 * first[i] + (1 - b1) * gradient;
    second[i] = b2 * second[i] + (1 - b2) * gradient * gradient;
    p[i] = shrink * p[i] - size * first[i] / (std::sqrt(second[i]) * scale + epsilon);
  }
}

void Optimiser::store(store::SafeTensors& file) const {
  for (const auto& tensor : tensors_) {
    file.tensors[part_name(tensor.name, sgd_ ? "momentum" : "first")] = stored(tensor, first_);
    if (!sgd_) file.tensors[part_name(tensor.name, "second")] = stored(tensor, second_);
  }
  store::StoredTensor steps{"I64", {}, std::vector<std::byte>(sizeof steps_)};
  std::memcpy(steps.bytes.data(), &steps_, sizeof steps_);
  file.tensors["optimizer/steps"] = steps;
}

void Optimiser::restore(const store::SafeTensors& file, const std::string& where) {
  for (const auto& tensor : tensors_) {
    const auto get = [&](const char* part, std::vector<float>& values) {
      const auto& found = find(file, part_name(tensor.name, part), "F32", tensor.shape, where);
      std::memcpy(values.data() + tensor.offset, found.bytes.data(), found.bytes.size());
    };
    get(sgd_ ? "momentum" : "first", first_);
    if (!sgd_) get("second", second_);
  }
  std::memcpy(&steps_, find(file, "optimizer/steps", "I64", {}, where).bytes.data(), sizeof steps_);
}

}  // namespace cytoscale::learn
