#include <cmath>

#include "core/text/text.hpp"
#include "learn/run/train_screen.hpp"
#include "network/device.hpp"
#include "network/weights/model_file.hpp"

namespace cytoscale::learn {
namespace {

std::string loss_text(double loss) {
  return number_text(std::round(loss * 1000) / 1000);
}

std::string percent(double fraction) {
  return number_text(std::round(fraction * 1000) / 10) + " %";
}

}  // namespace

std::string check_weights(const TrainOptions& options, std::size_t channels) {
  if (options.initial_weights.empty()) return {};
  return network::check_initial_weights(options.initial_weights,
                                        {options.architecture, static_cast<int>(channels), 0});
}

void check_outset(const ScreenTraining& training, const screen::Screen& screen, int ranks) {
  training.options.validate_ranks(ranks);
  check_labels(screen, training.roles, training.options);
  check_weights(training.options, screen.channels.size());
  network::check_device(training.options.device);
}

std::string result_text(const TrainResult& result, Examples examples) {
  auto text = std::string(result.stopped_early ? "stopped early after " : "trained ") +
              count_text(static_cast<std::uint64_t>(result.steps)) + " steps, " +
              count_text(static_cast<std::uint64_t>(result.cells_per_s)) + " " + enum_name(examples) +
              "/s; loss " + loss_text(result.loss) + ", accuracy " + percent(result.accuracy);
  if (result.validation_accuracy)
    text += "; held-out wells: loss " + loss_text(*result.validation_loss) + ", accuracy " +
            percent(*result.validation_accuracy);
  return text;
}

}  // namespace cytoscale::learn
