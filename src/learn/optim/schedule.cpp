#include "learn/optim/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cytoscale::learn {
namespace {

constexpr double plateau_margin = 1e-4;  // ReduceLROnPlateau's threshold

}  // namespace

bool BestLoss::observe(double loss) {
  if (!best_ || loss < *best_ * (1 - margin_)) {
    best_ = loss;
    since_ = 0;
    return true;
  }
  ++since_;
  return false;
}

nlohmann::json BestLoss::state() const {
  return {{"best", best_ ? nlohmann::json(*best_) : nlohmann::json()}, {"since", since_}};
}

void BestLoss::restore(const nlohmann::json& state) {
  best_.reset();
  if (!state.at("best").is_null()) best_ = state.at("best").get<double>();
  since_ = state.at("since").get<int>();
}

Schedule::Schedule(const TrainOptions& options, std::int64_t total_steps)
    : options_(options),
      total_(total_steps),
      warmup_(std::min<std::int64_t>(options.warmup_steps, total_steps / 2)),
      best_(plateau_margin) {}

double Schedule::rate(std::int64_t step) const {
  const double base = options_.base_learning_rate() * reduced_;
  if (step < warmup_) return base * static_cast<double>(step + 1) / static_cast<double>(warmup_ + 1);
  const auto after = step - warmup_;
  if (options_.schedule == ScheduleKind::cosine) {
    const double done =
        static_cast<double>(after) / static_cast<double>(std::max<std::int64_t>(1, total_ - warmup_));
    return base * 0.5 * (1 + std::cos(std::numbers::pi * done));
  }
  if (options_.schedule == ScheduleKind::step)
    return base * std::pow(options_.schedule_factor, static_cast<double>(after / options_.schedule_steps));
  return base;
}

void Schedule::observe(double validation_loss) {
  if (options_.schedule != ScheduleKind::plateau || best_.observe(validation_loss)) return;
  if (best_.since() <= options_.schedule_patience) return;
  reduced_ *= options_.schedule_factor;
  best_.forgive();
}

nlohmann::json Schedule::state() const {
  return {{"reduced", reduced_}, {"plateau", best_.state()}};
}

void Schedule::restore(const nlohmann::json& state) {
  reduced_ = state.at("reduced").get<double>();
  best_.restore(state.at("plateau"));
}

}  // namespace cytoscale::learn
