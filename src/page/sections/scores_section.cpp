// Accuracies, mAP and Z′ with their intervals, from metrics.json alone.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "chart/intervals.hpp"
#include "page/html.hpp"
#include "page/sections/sections.hpp"

namespace cytoscale::page {
namespace {

using nlohmann::json;

struct Metric {
  const char *key, *title, *asks;
  bool retrieval = false;  // a mean of average precisions
};

constexpr Metric metrics[] = {
    {"nsc", "NSC", "Is the nearest treatment of another compound of the same class?"},
    {"nscb_disjoint", "NSCB, disjoint", "… that shares no batch with it?"},
    {"nscb_joined", "NSCB, joined", "… that has another set of batches?"},
    {"replicate_accuracy", "replicates", "Is a well's nearest neighbor of its treatment?"},
    {"gene_accuracy", "compound or gene", "Is a treatment's nearest neighbor of its compound or gene?"},
    {"percent_replicating", "percent replicating", "Do a treatment's wells correlate more than chance?"},
    {"percent_matching", "percent matching", "Do a class's treatments correlate more than chance?"},
    {"map_replicates", "mAP, replicates", "How far up stand replicates among the negative controls?", true},
    {"map_classes", "mAP, classes", "How far up stands a treatment's class among other classes?", true},
};

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

// A metric of one row of the comparison.
struct Shown {
  std::string series;
  const Metric* metric;
  double value;
  std::optional<std::pair<double, double>> interval;
  std::string pointer;  // of the metric's object in metrics.json
  std::string of;       // HTML: what it counts
};

std::optional<Shown> shown(const json& figures, const std::string& base, const Metric& metric,
                           const std::string& series) {
  const auto at = figures.find(metric.key);
  if (at == figures.end() || !at->is_object()) return std::nullopt;
  Shown result{series, &metric, 0, {}, base + "/" + metric.key, {}};
  const char* value = metric.retrieval ? "mean" : "accuracy";
  result.value = at->at(value).get<double>();
  if (at->contains("ci95"))
    result.interval = {at->at("ci95").at(0).get<double>(), at->at("ci95").at(1).get<double>()};
  const auto count = [&](const char* key) {
    const auto number = at->at(key).get<std::uint64_t>();
    return figure_of(result.pointer + "/" + key, static_cast<double>(number), std::to_string(number));
  };
  result.of = metric.retrieval ? count("groups") + " groups" : count("correct") + " of " + count("total");
  return result;
}

std::string cell_of(const Shown& shown) {
  auto html = "<b>" +
              figure_of(shown.pointer + (shown.metric->retrieval ? "/mean" : "/accuracy"), shown.value,
                        percent(shown.value)) +
              "</b>";
  if (shown.interval)
    html += " <span class=\"whole\">[" +
            figure_of(shown.pointer + "/ci95/0", shown.interval->first,
                      fmt::format("{:.1f}", 100 * shown.interval->first)) +
            ", " +
            figure_of(shown.pointer + "/ci95/1", shown.interval->second,
                      fmt::format("{:.1f}", 100 * shown.interval->second)) +
            "]</span>";
  return html + "<br><span class=\"note\">" + shown.of + "</span>";
}

// The profiles that are compared, or those alone that there are: a name and where their figures stand.
std::vector<std::pair<std::string, std::string>> rows_of(const json& all) {
  std::vector<std::pair<std::string, std::string>> rows;
  if (const auto compared = all.find("compared"); compared != all.end() && compared->is_array())
    for (std::size_t i = 0; i < compared->size(); ++i)
      rows.emplace_back((*compared)[i].value("name", std::to_string(i + 1)),
                        "/compared/" + std::to_string(i));
  if (rows.empty()) rows.emplace_back("profiles", "");
  return rows;
}

std::string chart_of(const std::vector<Shown>& all) {
  chart::IntervalChart chart;
  chart.label = "scores with 95 % intervals";
  chart.across = "% (mAP: mean average precision × 100)";
  for (const auto& one : all) {
    auto hover = one.metric->title + std::string(", ") + one.series + ": " + percent(one.value);
    if (one.interval)
      hover += fmt::format(" [{:.1f}, {:.1f}]", 100 * one.interval->first, 100 * one.interval->second);
    chart.rows.push_back({one.metric->title, one.series, one.value, one.interval, hover});
  }
  return figure(chart::interval_chart(chart),
                "Points: scores; lines: 95 % intervals, from resampled treatments.");
}

std::string z_prime(const json& all) {
  if (!all.contains("z_prime") || !all["z_prime"].is_number()) return {};
  const auto value = all["z_prime"].get<double>();
  const bool held_out = all.contains("z_prime_detail") && all["z_prime_detail"].value("held_out", false);
  return "<p>Z′ of the positive and negative controls: <b>" +
         figure_of("/z_prime", value, fmt::format("{:.3f}", value)) + "</b>, " +
         (held_out ? "on wells that its axis was not fitted on"
                   : "on the wells that its axis was fitted on, which flatters it") +
         ".</p>\n";
}

std::string enrichment(const json& all) {
  const auto at = all.find("enrichment");
  if (at == all.end() || !at->is_object()) return {};
  const auto number = [&](const char* key) {
    return figure_of(std::string("/enrichment/") + key, at->at(key).get<double>(),
                     fmt::format("{:.6g}", at->at(key).get<double>()));
  };
  auto text = "<p>Of the " + number("top_pairs") + " most similar pairs of treatments (" +
              number("top_percent") + " %), " + number("top_same_class") + " share a class; of all " +
              number("pairs") + " pairs, " + number("same_class") + ".";
  if (at->at("odds_ratio").is_number()) text += " Odds ratio " + number("odds_ratio") + ".";
  return text + " p = " +
         figure_of("/enrichment/p_value", at->at("p_value").get<double>(),
                   fmt::format("{:.2g}", at->at("p_value").get<double>())) +
         ".</p>\n";
}

std::string predictions(const json& all) {
  const auto levels = all.find("classification");
  if (levels == all.end() || !levels->is_object()) return {};
  std::vector<std::vector<std::string>> rows;
  for (const auto& [level, figures] : levels->items()) {
    const auto base = "/classification/" + level;
    const auto& accuracy = figures.at("accuracy");
    auto text = figure_of(base + "/accuracy/accuracy", accuracy.at("accuracy").get<double>(),
                          percent(accuracy.at("accuracy").get<double>()));
    if (accuracy.contains("ci95"))
      text += fmt::format(" [{:.1f}, {:.1f}]", 100 * accuracy["ci95"][0].get<double>(),
                          100 * accuracy["ci95"][1].get<double>());
    rows.push_back({escaped(level), text});
    for (const char* key : {"mean_class_accuracy", "mean_precision", "map"})
      rows.back().push_back(
          figures.contains(key) && figures[key].is_number()
              ? figure_of(base + "/" + key, figures[key].get<double>(), percent(figures[key].get<double>()))
              : "");
  }
  return heading("Predictions") +
         table({"of each", "accuracy", "mean over classes", "mean precision", "mAP"}, rows);
}

std::string notes(const json& all) {
  std::string html;
  for (const char* key : {"notes", "features_dropped"})
    if (const auto at = all.find(key); at != all.end() && at->is_array())
      for (const auto& text : *at)
        if (text.is_string())
          html += note((std::string(key) == "notes" ? "" : "feature dropped: ") + text.get<std::string>());
  if (const auto at = all.find("single_batch_classes"); at != all.end() && at->is_array() && !at->empty()) {
    std::string names;
    for (const auto& name : *at) names += (names.empty() ? "" : ", ") + name.get<std::string>();
    html += note("In one batch only, not asked under NSCB: " + names);
  }
  return html;
}

}  // namespace

std::string scores_section(const Results& results, const PageOptions&) try {
  const auto& all = results.metrics.get();
  const auto rows = rows_of(all);
  std::vector<Shown> charted;
  std::vector<std::string> head = {"score"};
  for (const auto& [name, base] : rows) head.push_back(escaped(name));
  head.push_back("what it asks");
  std::vector<std::vector<std::string>> body;
  for (const auto& metric : metrics) {
    std::vector<std::string> line = {metric.title};
    bool any = false;
    for (const auto& [name, base] : rows) {
      const auto one = shown(base.empty() ? all : all.at(json::json_pointer(base)), base, metric, name);
      line.push_back(one ? cell_of(*one) : "");
      if (one) charted.push_back(*one), any = true;
    }
    line.emplace_back(metric.asks);
    if (any) body.push_back(line);
  }
  std::string html;
  if (!charted.empty()) html += chart_of(charted) + table(head, body);
  html += predictions(all) + z_prime(all) + enrichment(all) + notes(all);
  if (html.empty()) throw Error("metrics.json has no scores");
  return html;
} catch (const json::exception&) {
  throw Error("this is not as evaluate writes it", results.metrics_file.string(), "Run evaluate again");
}

}  // namespace cytoscale::page
