#include "learn/run/loss_watch.hpp"

#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "mpi/agree.hpp"

namespace cytoscale::learn {

LossWatch::LossWatch(double most, double guessing, std::filesystem::path where)
    : most_(most), guessing_(guessing), where_(std::move(where)) {}

void LossWatch::observe(double loss, std::int64_t steps_done, bool saved) {
  const std::string remedy =
      "Lower --learning-rate, lengthen --warmup-steps or limit gradients with --clip-norm" +
      std::string(saved ? "; the last checkpoint is kept" : "");
  if (!std::isfinite(loss))
    throw mpi::AgreedError(exit_input_error, "the loss is not a number at step " + std::to_string(steps_done),
                           where_.string(), remedy);
  recent_.push_back(loss);
  if (recent_.size() < steps) return;
  const double mean = std::accumulate(recent_.begin(), recent_.end(), 0.0) / static_cast<double>(steps);
  recent_.pop_front();
  if (mean > most_)
    throw mpi::AgreedError(exit_input_error,
                           "the loss diverges: " + number_text(mean) + " over the " + std::to_string(steps) +
                               " steps up to step " + std::to_string(steps_done) + ", guessing has " +
                               number_text(guessing_),
                           where_.string(), remedy);
}

}  // namespace cytoscale::learn
