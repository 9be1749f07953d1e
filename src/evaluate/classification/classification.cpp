#include "evaluate/classification/classification.hpp"

#include <algorithm>
#include <numeric>

#include "core/error.hpp"
#include "core/text/text.hpp"
#include "profile/aggregate.hpp"

namespace cytoscale::evaluate {
namespace {

double ratio(std::size_t part, std::size_t of) {
  return of ? static_cast<double>(part) / static_cast<double>(of) : 0;
}

bool holds(const std::vector<std::size_t>& labels, std::size_t label) {
  return std::binary_search(labels.begin(), labels.end(), label);
}

std::vector<std::size_t> predicted_labels(const Predictions& predictions, std::size_t row) {
  const auto values = predictions.probabilities.row(static_cast<Eigen::Index>(row));
  std::vector<std::size_t> predicted;
  if (!predictions.several) {
    Eigen::Index likeliest = 0;
    values.maxCoeff(&likeliest);
    return {static_cast<std::size_t>(likeliest)};
  }
  for (Eigen::Index k = 0; k < values.size(); ++k)
    if (values(k) >= 0.5) predicted.push_back(static_cast<std::size_t>(k));
  return predicted;
}

std::optional<double> average_precision_of(const Predictions& predictions, std::size_t label) {
  std::vector<std::size_t> order(predictions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto value = [&](std::size_t row) {
    return predictions.probabilities(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(label));
  };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return value(a) > value(b); });
  std::size_t positives = 0;
  for (const auto& truth : predictions.truth) positives += holds(truth, label);
  if (positives == 0 || positives == predictions.size()) return {};
  double sum = 0;
  for (std::size_t first = 0, seen = 0; first < order.size();) {
    std::size_t end = first, found = 0;
    for (; end < order.size() && value(order[end]) == value(order[first]); ++end)
      found += holds(predictions.truth[order[end]], label);
    seen += found;
    sum += ratio(found, positives) * ratio(seen, end);
    first = end;
  }
  return sum;
}

void add_means(Classification& result) {
  std::size_t occur = 0, ranked = 0;
  double ap = 0;
  for (const auto& label : result.labels) {
    if (label.average_precision) ap += *label.average_precision, ++ranked;
    if (label.positives == 0) continue;
    ++occur;
    result.mean_class_accuracy += label.recall();
    result.mean_precision += label.precision();
  }
  if (ranked) result.mean_ap = ap / static_cast<double>(ranked);
  if (occur == 0) return;
  result.mean_class_accuracy /= static_cast<double>(occur);
  result.mean_precision /= static_cast<double>(occur);
}

}  // namespace

double LabelFigures::precision() const {
  return ratio(correct, predicted);
}

double LabelFigures::recall() const {
  return ratio(correct, positives);
}

Classification classify(const Predictions& predictions, const std::string& level,
                        const BootstrapOptions& bootstrap) {
  Classification result;
  result.level = level;
  const auto count = predictions.labels.size();
  for (const auto& label : predictions.labels) result.labels.push_back({label, 0, 0, 0, {}});
  if (!predictions.several) {
    result.confusion.classes = predictions.labels;
    result.confusion.counts.assign(count, std::vector<std::size_t>(count + 1, 0));
  }
  Answers answers;
  for (std::size_t row = 0; row < predictions.size(); ++row) {
    const auto& truth = predictions.truth[row];
    const auto predicted = predicted_labels(predictions, row);
    answers.emplace_back(predicted == truth);
    for (const auto label : truth) ++result.labels[label].positives;
    for (const auto label : predicted) {
      ++result.labels[label].predicted;
      result.labels[label].correct += holds(truth, label);
    }
    if (!predictions.several) ++result.confusion.counts[truth[0]][predicted[0]];
    result.predicted.push_back(predicted);
  }
  for (std::size_t k = 0; k < count; ++k)
    result.labels[k].average_precision = average_precision_of(predictions, k);
  result.accuracy = score_of(answers, predictions.unit, bootstrap);
  add_means(result);
  return result;
}

Predictions median_predictions(const Predictions& rows, const std::vector<std::string>& names,
                               const std::string& where) {
  const auto groups = profile::group_rows(names);
  Predictions result{rows.labels,
                     rows.several,
                     profile::aggregate_rows(rows.probabilities, groups, profile::Aggregate::median),
                     {},
                     groups.names,
                     {}};
  for (std::size_t g = 0; g < groups.names.size(); ++g) {
    const auto first = groups.rows[g][0];
    for (const auto row : groups.rows[g])
      if (rows.truth[row] != rows.truth[first])
        throw Error("'" + groups.names[g] + "' has two truths: fields of different labels", where,
                    "Name the columns that tell replicates from others with --replicates-of");
    result.truth.push_back(rows.truth[first]);
    result.unit.push_back(rows.unit[first]);
  }
  return result;
}

}  // namespace cytoscale::evaluate
